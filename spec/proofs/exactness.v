(** * Exactness: limbs, accumulators and reductions of the fast kernels

    The constants and formulas are those of src/fast/trusted/kernels/bounds.ts (that of the fold: src/protocol/freivalds.ts); the reductions are those of
    src/fast/trusted/kernels/assembly/modular.ts, one lane at a time. Everything is over the unbounded integers Z: each theorem
    says that a value which the kernel holds in a lane of 32 or 64 bits lies in that lane's range, so that the lane's
    arithmetic and Z's agree. In Z, `/` rounds down and `mod` is never negative, as >> and & do on two's complement. *)
From Coq Require Import ZArith Lia List.
Import ListNotations.
Local Open Scope Z_scope.

(** ** The constants *)

Definition P24 : Z := 2 ^ 24 - 3.
Definition M31 : Z := 2 ^ 31 - 1.
Definition INT16_MAX : Z := 2 ^ 15 - 1.
Definition INT32_MAX : Z := 2 ^ 31 - 1.
Definition INT64_MAX : Z := 2 ^ 63 - 1.
Definition DEPTH_STEP : Z := 8.
Definition TWO_LIMB_WEIGHT : Z := 2 ^ 11.
Definition LARGEST_WEIGHT : Z := 2 ^ 15.
Definition LARGEST_DEPTH : Z := 2 ^ 31.
Definition LARGEST_TAPS : Z := 2 ^ 15.
Definition POOL_TERMS : Z := 2 ^ 16 - 1.
Definition LARGEST_FOLD : Z := 2 ^ 30.

(** ** The formulas of bounds.ts *)

Definition padded_depth (depth : Z) : Z := (depth + DEPTH_STEP - 1) / DEPTH_STEP * DEPTH_STEP.
Definition limb_count (W : Z) : Z := if W <=? TWO_LIMB_WEIGHT then 2 else 3.
Definition limb_bits (W : Z) : Z := if limb_count W =? 2 then 16 else 11.
Definition magnitude (W : Z) : Z := 2 ^ (limb_bits W - 1).
Definition lane_terms (W : Z) : Z := INT32_MAX / (Z.max W 1 * magnitude W).
Definition pairs_per_spill (W depth : Z) : Z :=
  Z.max (Z.min (lane_terms W) (padded_depth depth) / DEPTH_STEP) 1 * (DEPTH_STEP / 2).
Definition fold_terms (bound : Z) : Z := Z.min (INT64_MAX / ((2 ^ 31 - 2) * Z.max bound 1)) LARGEST_FOLD.

(** ** Sums of products *)

(** The sum of w * x over a list of pairs (w, x). *)
Fixpoint sum_products (terms : list (Z * Z)) : Z :=
  match terms with
  | [] => 0
  | (w, x) :: rest => w * x + sum_products rest
  end.

Definition count (terms : list (Z * Z)) : Z := Z.of_nat (length terms).

(** Every weight is at most W and every entry at most M, in absolute value. *)
Definition at_most (W M : Z) (terms : list (Z * Z)) : Prop :=
  forall w x, In (w, x) terms -> Z.abs w <= W /\ Z.abs x <= M.

(** §2.5. A sum of n products of weights up to W and entries up to M is at most n * W * M; partial sums, in any order or
    grouping, are sums of fewer products, so this covers them too. *)
Theorem sum_bounded (W M : Z) (terms : list (Z * Z)) :
  0 <= W -> 0 <= M -> at_most W M terms -> Z.abs (sum_products terms) <= count terms * (W * M).
Proof.
  intros HW HM; unfold count; induction terms as [|[w x] rest IH]; intros H; simpl sum_products.
  - simpl; lia.
  - assert (HR : at_most W M rest) by (intros w' x' I; apply H; right; exact I).
    destruct (H w x (or_introl eq_refl)) as [Hw Hx]; specialize (IH HR).
    simpl length; rewrite Nat2Z.inj_succ.
    assert (Z.abs (w * x) <= W * M) by (rewrite Z.abs_mul; apply Z.mul_le_mono_nonneg; lia).
    lia.
Qed.

Lemma sum_fits (W M n limit : Z) (terms : list (Z * Z)) :
  0 <= W -> 0 <= M -> count terms <= n -> n * (W * M) <= limit -> at_most W M terms ->
  Z.abs (sum_products terms) <= limit.
Proof.
  intros HW HM Hn Hl H; pose proof (sum_bounded W M terms HW HM H).
  assert (count terms * (W * M) <= n * (W * M)) by (apply Z.mul_le_mono_nonneg_r; nia).
  lia.
Qed.

(** ** Limbs *)

(** The low `bits` bits as a signed number, and what remains: (a << s) >> s and (a - low) >> bits in limbs.ts. *)
Definition low_limb (bits a : Z) : Z := (a + 2 ^ (bits - 1)) mod 2 ^ bits - 2 ^ (bits - 1).
Definition rest_of (bits a : Z) : Z := (a - low_limb bits a) / 2 ^ bits.

Lemma limb_split bits a : 1 <= bits -> a = low_limb bits a + rest_of bits a * 2 ^ bits.
Proof.
  intros H; unfold rest_of, low_limb.
  assert (0 < 2 ^ bits) by (apply Z.pow_pos_nonneg; lia).
  replace (a - ((a + 2 ^ (bits - 1)) mod 2 ^ bits - 2 ^ (bits - 1)))
    with ((a + 2 ^ (bits - 1)) / 2 ^ bits * 2 ^ bits)
    by (pose proof (Z.div_mod (a + 2 ^ (bits - 1)) (2 ^ bits)); lia).
  rewrite Z.div_mul by lia.
  pose proof (Z.div_mod (a + 2 ^ (bits - 1)) (2 ^ bits)); lia.
Qed.

Lemma low_limb_range bits a : 1 <= bits -> - 2 ^ (bits - 1) <= low_limb bits a < 2 ^ (bits - 1).
Proof.
  intros H; unfold low_limb.
  assert (E : 2 ^ bits = 2 * 2 ^ (bits - 1)) by (rewrite <- Z.pow_succ_r by lia; f_equal; lia).
  assert (0 < 2 ^ (bits - 1)) by (apply Z.pow_pos_nonneg; lia).
  pose proof (Z.mod_pos_bound (a + 2 ^ (bits - 1)) (2 ^ bits)); lia.
Qed.

(** §1. Two limbs of 16 bits: every balanced residue b (|b| <= (p - 1) / 2, p <= 2^31 - 1) is low + high * 2^16 with
    |low| <= 2^15 and |high| <= 2^14, and both are int16. *)
Theorem two_limbs (p b : Z) : p <= M31 -> Z.abs b <= (p - 1) / 2 ->
  let low := low_limb 16 b in let high := rest_of 16 b in
  b = low + high * 2 ^ 16 /\ - 2 ^ 15 <= low <= INT16_MAX /\ Z.abs high <= 2 ^ 14.
Proof.
  intros Hp Hb; cbv zeta; pose proof (limb_split 16 b); pose proof (low_limb_range 16 b).
  unfold M31, INT16_MAX in *; change (16 - 1) with 15 in *.
  split; [lia|]; split; [lia|]; Z.div_mod_to_equations; lia.
Qed.

(** §1. Three limbs of 11 bits: b = limb0 + limb1 * 2^11 + limb2 * 2^22 with |limb0|, |limb1| <= 2^10 and
    |limb2| <= 2^8 + 1. *)
Theorem three_limbs (p b : Z) : p <= M31 -> Z.abs b <= (p - 1) / 2 ->
  let limb0 := low_limb 11 b in let limb1 := low_limb 11 (rest_of 11 b) in let limb2 := rest_of 11 (rest_of 11 b) in
  b = limb0 + limb1 * 2 ^ 11 + limb2 * 2 ^ 22 /\
  Z.abs limb0 <= 2 ^ 10 /\ Z.abs limb1 <= 2 ^ 10 /\ Z.abs limb2 <= 2 ^ 8 + 1.
Proof.
  intros Hp Hb; cbv zeta.
  pose proof (limb_split 11 b ltac:(lia)); pose proof (low_limb_range 11 b ltac:(lia)).
  pose proof (limb_split 11 (rest_of 11 b) ltac:(lia)); pose proof (low_limb_range 11 (rest_of 11 b) ltac:(lia)).
  assert ((p - 1) / 2 < 2 ^ 30) by (apply Z.div_lt_upper_bound; unfold M31 in *; lia).
  change (11 - 1) with 10 in *.
  generalize dependent (low_limb 11 (rest_of 11 b)); generalize dependent (rest_of 11 (rest_of 11 b)).
  generalize dependent (rest_of 11 b); generalize dependent (low_limb 11 b); intros.
  repeat split; lia.
Qed.

(** §1. Recombination: the sum of w * b equals the limbs' sums, each times its power of two; for two limbs (third limb 0)
    and for three, and for any other splitting of the entries. *)
Theorem limbs_recombine (bits : Z) (terms : list (Z * (Z * Z * Z))) :
  sum_products (map (fun t => let '(w, (a, b, c)) := t in (w, a + b * 2 ^ bits + c * 2 ^ (2 * bits))) terms)
  = sum_products (map (fun t => let '(w, (a, b, c)) := t in (w, a)) terms)
  + sum_products (map (fun t => let '(w, (a, b, c)) := t in (w, b)) terms) * 2 ^ bits
  + sum_products (map (fun t => let '(w, (a, b, c)) := t in (w, c)) terms) * 2 ^ (2 * bits).
Proof.
  induction terms as [|[w [[a b] c]] rest IH]; cbn [map sum_products]; [reflexivity|rewrite IH; ring].
Qed.

(** ** Accumulators *)

Lemma magnitude_cases W : 0 <= W <= LARGEST_WEIGHT ->
  (W <= 2 ^ 11 /\ magnitude W = 2 ^ 15) \/ (2 ^ 11 < W <= 2 ^ 15 /\ magnitude W = 2 ^ 10).
Proof.
  unfold magnitude, limb_bits, limb_count, TWO_LIMB_WEIGHT, LARGEST_WEIGHT; intros H.
  destruct (Z.leb_spec W (2 ^ 11)); simpl; lia.
Qed.

(** §1. For every weight up to 2^15 an int32 lane takes at least 31 terms with two limbs and at least 63 with three, so
    one step of 8 always fits. *)
Theorem lane_takes_a_step (W : Z) : 0 <= W <= LARGEST_WEIGHT ->
  (limb_count W = 2 -> 31 <= lane_terms W) /\ (limb_count W = 3 -> 63 <= lane_terms W) /\ DEPTH_STEP <= lane_terms W.
Proof.
  intros H; destruct (magnitude_cases W H) as [[HW E]|[HW E]];
    unfold lane_terms, limb_count, TWO_LIMB_WEIGHT, INT32_MAX, DEPTH_STEP; rewrite E;
    destruct (Z.leb_spec W (2 ^ 11)); try lia.
  - assert (31 <= (2 ^ 31 - 1) / (Z.max W 1 * 2 ^ 15)) by (apply Z.div_le_lower_bound; lia); lia.
  - assert (63 <= (2 ^ 31 - 1) / (Z.max W 1 * 2 ^ 10)) by (apply Z.div_le_lower_bound; lia); lia.
Qed.

(** §1. Between two spills an int32 lane sums at most 2 * pairsPerSpill products of a weight up to W and a limb up to M,
    and never leaves [-(2^31 - 1), 2^31 - 1]: n * W * M <= 2^31 - 1. *)
Theorem lane_fits (W depth : Z) (terms : list (Z * Z)) : 0 <= W <= LARGEST_WEIGHT ->
  count terms <= 2 * pairs_per_spill W depth -> at_most W (magnitude W) terms ->
  Z.abs (sum_products terms) <= INT32_MAX.
Proof.
  intros HW Hn H; destruct (lane_takes_a_step W HW) as [_ [_ Hstep]].
  assert (HM : 0 < magnitude W) by (destruct (magnitude_cases W HW) as [[_ E]|[_ E]]; rewrite E; lia).
  apply (sum_fits W (magnitude W) (lane_terms W)); try lia; auto.
  - unfold pairs_per_spill, DEPTH_STEP in *; change (8 / 2) with 4 in *.
    assert (Z.min (lane_terms W) (padded_depth depth) / 8 * 8 <= lane_terms W)
      by (pose proof (Z.mul_div_le (Z.min (lane_terms W) (padded_depth depth)) 8); lia).
    lia.
  - unfold lane_terms; set (d := Z.max W 1 * magnitude W).
    assert (0 < d) by (unfold d; nia).
    pose proof (Z.mul_div_le INT32_MAX d ltac:(lia)).
    assert (0 <= INT32_MAX / d) by (apply Z.div_pos; unfold INT32_MAX; lia).
    assert (W * magnitude W <= d) by (unfold d; nia).
    nia.
Qed.

(** §1. After spills a lane is int64: a sum of up to 2^31 products of weights and limbs up to 2^15 is at most 2^61. *)
Theorem spilled_sum_fits (terms : list (Z * Z)) :
  count terms <= LARGEST_DEPTH -> at_most LARGEST_WEIGHT (2 ^ 15) terms -> Z.abs (sum_products terms) <= 2 ^ 61.
Proof. intros Hn; apply (sum_fits _ _ LARGEST_DEPTH); unfold LARGEST_WEIGHT, LARGEST_DEPTH in *; lia. Qed.

(** §1. A depthwise sum takes residues as they are: up to 2^15 taps of weights up to 2^15 and residues below p are at most
    2^61 in one int64 lane. *)
Theorem depthwise_sum_fits (p : Z) (terms : list (Z * Z)) : 1 <= p <= M31 ->
  count terms <= LARGEST_TAPS -> at_most LARGEST_WEIGHT (p - 1) terms -> Z.abs (sum_products terms) <= 2 ^ 61.
Proof.
  intros Hp Hn; apply (sum_fits _ _ LARGEST_TAPS); unfold LARGEST_WEIGHT, LARGEST_TAPS, M31 in *; lia.
Qed.

(** §4.3. The fold: foldTerms(bound) products s * y with 0 <= s < q and |y| <= bound stay within int64:
    n * (q - 1) * bound <= 2^63 - 1. *)
Theorem fold_fits (bound : Z) (terms : list (Z * Z)) : 0 <= bound ->
  count terms <= fold_terms bound -> at_most (M31 - 1) bound terms -> Z.abs (sum_products terms) <= INT64_MAX.
Proof.
  intros Hb Hn; apply (sum_fits _ _ (fold_terms bound)); try (unfold M31; lia).
  unfold fold_terms, M31; set (d := (2 ^ 31 - 2) * Z.max bound 1).
  assert (0 < d) by (unfold d; lia).
  pose proof (Z.mul_div_le INT64_MAX d ltac:(lia)).
  assert (0 <= INT64_MAX / d) by (apply Z.div_pos; unfold INT64_MAX; lia).
  assert ((2 ^ 31 - 1 - 1) * bound <= d) by (unfold d; lia).
  assert (Z.min (INT64_MAX / d) LARGEST_FOLD * ((2 ^ 31 - 1 - 1) * bound) <= INT64_MAX / d * d)
    by (apply Z.mul_le_mono_nonneg; unfold LARGEST_FOLD; lia).
  lia.
Qed.

(** §4.3. foldTerms is at least 2 for every bound an int32 can hold, and at most 2^30, so the kernel can count in int32. *)
Theorem fold_terms_range (bound : Z) : 0 <= bound <= INT32_MAX -> 2 <= fold_terms bound <= 2 ^ 30.
Proof.
  unfold fold_terms, INT32_MAX, INT64_MAX, LARGEST_FOLD; intros H.
  assert (2 <= (2 ^ 63 - 1) / ((2 ^ 31 - 2) * Z.max bound 1)) by (apply Z.div_le_lower_bound; lia); lia.
Qed.

(** §2.4. An average over up to 2^16 - 1 entries of 16 bits sums within int32. *)
Theorem pool_fits (terms : list (Z * Z)) :
  count terms <= POOL_TERMS -> at_most 1 (2 ^ 15) terms -> Z.abs (sum_products terms) <= INT32_MAX.
Proof. intros Hn; apply (sum_fits _ _ POOL_TERMS); unfold POOL_TERMS, INT32_MAX in *; lia. Qed.

(** §2.3. Fixed-point products: int32 times a multiplier is at most 2^62, int16 times a multiplier at most 2^46, a
    sum of two such at most 2^47, and a product of two int16 times a multiplier at most 2^61 (PRODUCT_BITS). *)
Theorem product_bits (wide narrow narrow' m m' : Z) :
  Z.abs wide <= 2 ^ 31 -> Z.abs narrow <= 2 ^ 15 -> Z.abs narrow' <= 2 ^ 15 -> Z.abs m <= 2 ^ 31 -> Z.abs m' <= 2 ^ 31 ->
  Z.abs (wide * m) <= 2 ^ 62 /\ Z.abs (narrow * m) <= 2 ^ 46 /\ Z.abs (narrow * m + narrow' * m') <= 2 ^ 47 /\
  Z.abs (narrow * narrow' * m) <= 2 ^ 61.
Proof.
  intros; assert (P : forall a b A B, Z.abs a <= A -> Z.abs b <= B -> Z.abs (a * b) <= A * B)
    by (intros; rewrite Z.abs_mul; apply Z.mul_le_mono_nonneg; lia).
  pose proof (P wide m (2 ^ 31) (2 ^ 31)); pose proof (P narrow m (2 ^ 15) (2 ^ 31));
    pose proof (P narrow' m' (2 ^ 15) (2 ^ 31)); pose proof (P narrow narrow' (2 ^ 15) (2 ^ 15));
    pose proof (P (narrow * narrow') m (2 ^ 30) (2 ^ 31)); lia.
Qed.

(** §2.3. When shiftsToInt32(bits, shift) holds, that is bits - shift <= 30, a rounded shift of a product up to 2^bits is
    at most 2^30 + 1, so it fits int32. *)
Theorem shift_fits (product bits shift : Z) : 0 <= bits -> 1 <= shift -> bits - shift <= 30 ->
  Z.abs product <= 2 ^ bits -> Z.abs ((product + 2 ^ (shift - 1)) / 2 ^ shift) <= 2 ^ 30 + 1.
Proof.
  intros Hb Hs Hf Hp.
  assert (E : 2 ^ shift = 2 * 2 ^ (shift - 1)) by (rewrite <- Z.pow_succ_r by lia; f_equal; lia).
  assert (0 < 2 ^ (shift - 1)) by (apply Z.pow_pos_nonneg; lia).
  assert (2 ^ bits <= 2 ^ 30 * 2 ^ shift) by (rewrite <- Z.pow_add_r by lia; apply Z.pow_le_mono_r; lia).
  apply Z.abs_le; split.
  - apply Z.div_le_lower_bound; lia.
  - apply Z.lt_succ_r, Z.div_lt_upper_bound; lia.
Qed.
