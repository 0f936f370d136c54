(** * Digits of the tfjs device

    The constants and formulas are those of src/fast/devices/tfjs: float32 matrix products of small whole numbers, whose
    inputs may be rounded to 8 significant bits and whose sums must not need more than 24; then float64 on the host, which
    counts exactly to 2^53. A chunk is a list of pairs (weight, entry): the terms of one output in one matrix product. *)
From Coq Require Import ZArith Lia List.
From Slalom Require Import exactness lanes digits.
Import ListNotations.
Local Open Scope Z_scope.

Definition LARGEST_DIGIT : Z := 256.
Definition LARGEST_OF_SEVERAL : Z := 128.
Definition LARGEST_SUM : Z := 2 ^ 24 - 1.
Definition TERM_STEP : Z := 64.

Definition residue_digits (p : Z) : nat := if p =? P24 then 3 else 4.
Definition integer_digits (largest : Z) : nat := if largest <=? LARGEST_DIGIT then 1 else 2.
Definition largest_digit (largest : Z) (digits : nat) : Z := if Nat.eqb digits 1 then largest else LARGEST_OF_SEVERAL.

(** digitFactors: each is the one before times 256, modulo p. *)
Fixpoint factor (p : Z) (k : nat) : Z :=
  match k with
  | O => 1
  | S j => (factor p j * 256) mod p
  end.

(** The sum of h over 0, ..., n - 1. *)
Fixpoint sum_up (n : nat) (h : nat -> Z) : Z :=
  match n with
  | O => 0
  | S m => h O + sum_up m (fun k => h (S k))
  end.

Definition factor_sum (p : Z) (n m : nat) : Z := sum_up m (fun e => sum_up n (fun d => factor p (d + e))).
Definition chunks_per_reduction (p : Z) (n m : nat) : Z := 2 ^ 52 / (factor_sum p n m * LARGEST_SUM).

(** §1. The digits of a balanced residue, three modulo 2^24 - 3 and four modulo 2^31 - 1, are at most 128, the last one too. *)
Theorem residue_digit_fits (p b : Z) (k : nat) : either_modulus p -> Z.abs b <= (p - 1) / 2 -> (k < residue_digits p)%nat ->
  Z.abs (limb 8 (residue_digits p) k b) <= LARGEST_OF_SEVERAL.
Proof.
  unfold residue_digits, LARGEST_OF_SEVERAL; intros Hp B.
  set (b1 := rest_of 8 b); set (b2 := rest_of 8 b1); set (b3 := rest_of 8 b2).
  pose proof (limb_split 8 b ltac:(lia)) as S0; pose proof (low_limb_range 8 b ltac:(lia)) as L0; fold b1 in S0.
  pose proof (limb_split 8 b1 ltac:(lia)) as S1; pose proof (low_limb_range 8 b1 ltac:(lia)) as L1; fold b2 in S1.
  pose proof (limb_split 8 b2 ltac:(lia)) as S2; pose proof (low_limb_range 8 b2 ltac:(lia)) as L2; fold b3 in S2.
  change (8 - 1) with 7 in *; destruct Hp as [->| ->].
  - change ((P24 - 1) / 2) with 8388606 in B; change (P24 =? P24) with true; cbv iota; intros lt.
    assert (k = 0 \/ k = 1 \/ k = 2)%nat as [->|[->| ->]] by lia; cbn [limb]; fold b1; try fold b2; lia.
  - change ((M31 - 1) / 2) with 1073741823 in B; change (M31 =? P24) with false; cbv iota; intros lt.
    assert (k = 0 \/ k = 1 \/ k = 2 \/ k = 3)%nat as [->|[->|[->| ->]]] by lia; cbn [limb]; fold b1; try fold b2; try fold b3; lia.
Qed.

(** §1. The digits of a whole number up to `largest` <= 2^15 are at most largest_digit, and that is at most 256. *)
Theorem integer_digit_fits (largest v : Z) (k : nat) : Z.abs v <= largest <= 2 ^ 15 -> (k < integer_digits largest)%nat ->
  Z.abs (limb 8 (integer_digits largest) k v) <= largest_digit largest (integer_digits largest) <= LARGEST_DIGIT.
Proof.
  unfold integer_digits, largest_digit, LARGEST_OF_SEVERAL, LARGEST_DIGIT; intros H.
  destruct (Z.leb_spec largest 256); cbn [Nat.eqb]; intros lt.
  - assert (k = 0)%nat as -> by lia; cbn [limb]; lia.
  - pose proof (limb_split 8 v ltac:(lia)); pose proof (low_limb_range 8 v ltac:(lia)) as L; change (8 - 1) with 7 in L.
    assert (k = 0 \/ k = 1)%nat as [->| ->] by lia; cbn [limb]; lia.
Qed.

(** §1. A digit has at most 8 significant bits, so bfloat16, float16 and TF32 hold it exactly. *)
Theorem digit_is_narrow (d : Z) : Z.abs d <= LARGEST_DIGIT -> exists s e, d = s * 2 ^ e /\ Z.abs s < 2 ^ 8 /\ 0 <= e <= 8.
Proof.
  unfold LARGEST_DIGIT; intros H; destruct (Z.eq_dec (Z.abs d) 256).
  - destruct (Z.abs_spec d) as [[_ E]|[_ E]]; [exists 1, 8|exists (-1), 8]; lia.
  - exists d, 0; lia.
Qed.

(** ** Chunks *)

(** The sum of |w|. *)
Fixpoint weight_sum (terms : list (Z * Z)) : Z :=
  match terms with
  | [] => 0
  | (w, _) :: rest => Z.abs w + weight_sum rest
  end.

(** §1. In a chunk that fits, every sum of some of the products, whichever and in whatever grouping, is below 2^24: exact in a
    float32, and in a unit that aligns addends to 24 bits. *)
Theorem chunk_sum_fits (largest : Z) (some : Z * Z -> bool) (terms : list (Z * Z)) : 0 <= largest ->
  weight_sum terms * largest <= LARGEST_SUM -> (forall w x, In (w, x) terms -> Z.abs x <= largest) ->
  Z.abs (sum_products (filter some terms)) <= LARGEST_SUM.
Proof.
  intros HL HF H; apply Z.le_trans with (weight_sum terms * largest); [|exact HF]; clear HF.
  induction terms as [|[w x] rest IH]; cbn [filter weight_sum sum_products]; [lia|].
  assert (IH' : Z.abs (sum_products (filter some rest)) <= weight_sum rest * largest)
    by (apply IH; intros w' x' I; apply (H w' x'); right; exact I).
  pose proof (H w x (or_introl eq_refl)).
  assert (Z.abs (w * x) <= Z.abs w * largest) by (rewrite Z.abs_mul; apply Z.mul_le_mono_nonneg_l; lia).
  destruct (some (w, x)); cbn [sum_products]; lia.
Qed.

(** §1. One step of TERM_STEP terms always fits, whatever the digits. *)
Theorem step_fits (largest : Z) (terms : list (Z * Z)) : 0 <= largest <= LARGEST_DIGIT -> count terms <= TERM_STEP ->
  (forall w x, In (w, x) terms -> Z.abs w <= LARGEST_DIGIT) -> weight_sum terms * largest <= LARGEST_SUM.
Proof.
  unfold TERM_STEP, LARGEST_DIGIT, LARGEST_SUM, count; intros HL HC H.
  assert (B : 0 <= weight_sum terms <= Z.of_nat (length terms) * 256).
  { clear HC; induction terms as [|[w x] rest IH]; cbn [weight_sum length]; [lia|].
    pose proof (H w x (or_introl eq_refl)); rewrite Nat2Z.inj_succ.
    specialize (IH (fun w' x' I => H w' x' (or_intror I))); lia. }
  assert (weight_sum terms * largest <= 64 * 256 * 256) by (apply Z.mul_le_mono_nonneg; lia); lia.
Qed.

(** chunksOf: `total` holds, for every output and weight digit, the sum of |digit| of the chunk so far. It is cut before a step
    that would not fit, and where a tensor would get too large (`full`). *)
Definition fits (columns : nat) (largest : Z) (total : nat -> Z) : Prop :=
  forall i, (i < columns)%nat -> total i * largest <= LARGEST_SUM.

Inductive chunks (columns : nat) (largest : Z) : list (nat -> Z) -> list (nat -> Z) -> Prop :=
| first_chunk : chunks columns largest [] [fun _ => 0]
| same_chunk steps done total step : chunks columns largest steps (total :: done) ->
    fits columns largest (fun i => total i + step i) ->
    chunks columns largest (step :: steps) ((fun i => total i + step i) :: done)
| next_chunk steps done total step : chunks columns largest steps (total :: done) ->
    chunks columns largest (step :: steps) (step :: total :: done).

(** §1. However steps that fit are cut into chunks, every chunk fits. *)
Theorem chunks_fit (columns : nat) (largest : Z) (steps made : list (nat -> Z)) :
  chunks columns largest steps made -> (forall step, In step steps -> fits columns largest step) ->
  forall total, In total made -> fits columns largest total.
Proof.
  unfold fits; induction 1 as [|steps done total step _ IH F|steps done total step _ IH]; intros H t I.
  - destruct I as [<-|[]]; intros; unfold LARGEST_SUM; lia.
  - destruct I as [<-|I]; [exact F|apply IH; [intros s J; apply H; right; exact J|right; exact I]].
  - destruct I as [<-|I]; [apply H; left; reflexivity|apply IH; [intros s J; apply H; right; exact J|exact I]].
Qed.

(** ** Recombination in float64 *)

Lemma modulus_range p : either_modulus p -> 2 ^ 24 - 3 <= p <= 2 ^ 31 - 1.
Proof. intros [->| ->]; unfold P24, M31; lia. Qed.

(** §1. A factor is congruent to its power of 256. *)
Theorem factor_right (p : Z) (k : nat) : 1 < p -> 0 <= factor p k < p /\ (p | factor p k - 256 ^ Z.of_nat k).
Proof.
  intros P; induction k as [|k [B [j E]]]; [cbn; split; [lia|exists 0; lia]|].
  cbn [factor]; split; [apply Z.mod_pos_bound; lia|].
  rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia.
  exists (256 * j - factor p k * 256 / p); pose proof (Z.div_mod (factor p k * 256) p ltac:(lia)); lia.
Qed.

(** §1. The quotient of `residue`: `inverse` = i / e is 1 / p within 2^-53 of its size, `value * inverse` = a / c likewise of the
    product of the two; the floor of the latter is off by at most one, and the result is value mod p. *)
Theorem residue_right (p value i e a c : Z) : either_modulus p -> Z.abs value <= 2 ^ 52 + p -> 0 < e -> 0 < c -> 0 <= i ->
  Z.abs (i * p - e) * 2 ^ 53 <= e -> Z.abs (a * e - value * i * c) * 2 ^ 53 <= Z.abs value * i * c ->
  let rest := value - a / c * p in
  Z.abs (a / c * p) <= 2 ^ 53 /\ (if rest <? 0 then rest + p else if p <=? rest then rest - p else rest) = value mod p.
Proof.
  intros Hp HV He Hc Hi H1 H2; cbv zeta; pose proof (modulus_range p Hp) as R; set (V := Z.abs value) in *.
  assert (I3 : i * p + e <= 3 * e) by lia.
  assert (X : Z.abs (a * p - value * c) * 2 ^ 53 <= 3 * V * c).
  { apply Z.mul_le_mono_pos_r with e; [exact He|].
    assert (E : (a * p - value * c) * e = p * (a * e - value * i * c) + value * c * (i * p - e)) by ring.
    assert (T : Z.abs (a * p - value * c) * e <= p * Z.abs (a * e - value * i * c) + V * c * Z.abs (i * p - e)).
    { rewrite <- (Z.abs_eq e) at 1 by lia; rewrite <- Z.abs_mul, E.
      eapply Z.le_trans; [apply Z.abs_triangle|]; rewrite !Z.abs_mul, (Z.abs_eq p), (Z.abs_eq c) by lia; apply Z.le_refl. }
    assert (T1 : p * (Z.abs (a * e - value * i * c) * 2 ^ 53) <= p * (V * i * c)) by (apply Z.mul_le_mono_nonneg_l; lia).
    assert (VC : 0 <= V * c) by (apply Z.mul_nonneg_nonneg; lia).
    assert (T2 : V * c * (Z.abs (i * p - e) * 2 ^ 53) <= V * c * e) by (apply Z.mul_le_mono_nonneg_l; lia).
    assert (T3 : V * c * (i * p + e) <= V * c * (3 * e)) by (apply Z.mul_le_mono_nonneg_l; lia).
    replace (3 * V * c * e) with (V * c * (3 * e)) by ring.
    replace (Z.abs (a * p - value * c) * 2 ^ 53 * e) with (Z.abs (a * p - value * c) * e * 2 ^ 53) by ring.
    set (s := Z.abs (a * p - value * c) * e) in *; set (t := Z.abs (a * e - value * i * c)) in *; set (r := Z.abs (i * p - e)) in *.
    replace (p * (t * 2 ^ 53)) with (p * t * 2 ^ 53) in T1 by ring; replace (V * c * (r * 2 ^ 53)) with (V * c * r * 2 ^ 53) in T2 by ring.
    replace (p * (V * i * c)) with (V * c * (i * p)) in T1 by ring; rewrite Z.mul_add_distr_l in T3; lia. }
  assert (Y : Z.abs (a * p - value * c) < c * p).
  { apply Z.mul_lt_mono_pos_r with (2 ^ 53); [reflexivity|]; eapply Z.le_lt_trans; [exact X|].
    replace (c * p * 2 ^ 53) with (p * 2 ^ 53 * c) by ring; apply Z.mul_lt_mono_pos_r; lia. }
  set (d := a / c) in *.
  assert (D : d * c <= a < d * c + c) by (unfold d; pose proof (Z.div_mod a c ltac:(lia)); pose proof (Z.mod_pos_bound a c ltac:(lia)); lia).
  assert (L : - p < value - d * p < 2 * p).
  { split; apply Z.mul_lt_mono_pos_r with c; try assumption.
    - assert (d * c * p <= a * p) by (apply Z.mul_le_mono_nonneg_r; lia).
      replace ((value - d * p) * c) with (value * c - d * c * p) by ring; lia.
    - assert (a * p < (d * c + c) * p) by (apply Z.mul_lt_mono_pos_r; lia).
      replace ((value - d * p) * c) with (value * c - d * c * p) by ring; lia. }
  split; [lia|]; destruct (Z.ltb_spec (value - d * p) 0); [|destruct (Z.leb_spec p (value - d * p))].
  - apply Z.mod_unique_pos with (d - 1); lia.
  - apply Z.mod_unique_pos with (d + 1); lia.
  - apply Z.mod_unique_pos with d; lia.
Qed.

Lemma sum_up_ext n f g : (forall k, (k < n)%nat -> f k = g k) -> sum_up n f = sum_up n g.
Proof.
  revert f g; induction n as [|n IH]; intros f g H; cbn [sum_up]; [reflexivity|].
  rewrite (H O) by lia; rewrite (IH _ (fun k => g (S k))); [reflexivity|intros; apply H; lia].
Qed.

Lemma sum_up_powers n e C : sum_up n (fun d => 256 ^ Z.of_nat (d + e) * C d) = 256 ^ Z.of_nat e * in_base 256 n C.
Proof.
  revert e C; induction n as [|n IH]; intros e C; cbn [sum_up in_base]; [ring|].
  rewrite (sum_up_ext n _ (fun k => 256 ^ Z.of_nat (k + S e) * C (S k)))
    by (intros; f_equal; f_equal; lia).
  rewrite (IH (S e) (fun k => C (S k))), Nat2Z.inj_succ, Z.pow_succ_r by lia; cbn [Nat.add]; ring.
Qed.

Lemma sum_up_divides p n f g : (forall k, (k < n)%nat -> (p | f k - g k)) -> (p | sum_up n f - sum_up n g).
Proof.
  revert f g; induction n as [|n IH]; intros f g H; cbn [sum_up]; [exists 0; reflexivity|].
  replace (f 0%nat + sum_up n (fun k => f (S k)) - (g 0%nat + sum_up n (fun k => g (S k)))) with
    ((f 0%nat - g 0%nat) + (sum_up n (fun k => f (S k)) - sum_up n (fun k => g (S k)))) by ring.
  apply Z.divide_add_r; [apply H; lia|apply IH; intros; apply H; lia].
Qed.

Lemma sum_up_bounded n h b L : 0 <= L -> (forall k, (k < n)%nat -> Z.abs (h k) <= b k * L) -> Z.abs (sum_up n h) <= sum_up n b * L.
Proof.
  intros HL; revert h b; induction n as [|n IH]; intros h b H; cbn [sum_up]; [lia|].
  pose proof (H 0%nat ltac:(lia)).
  pose proof (IH (fun k => h (S k)) (fun k => b (S k)) (fun k lt => H (S k) ltac:(lia))); lia.
Qed.

(** What addChunk adds: every plane of sums times its factor. *)
Definition chunk_value (p : Z) (n m : nat) (f g : nat -> Z -> Z) (chunk : list (Z * Z)) : Z :=
  sum_up m (fun e => sum_up n (fun d => factor p (d + e) * dsum (f d) (g e) chunk)).

(** One chunk more, and a reduction after every chunks_per_reduction of them. *)
Definition chunk_step (p : Z) (n m : nat) (f g : nat -> Z -> Z) (state : Z * Z) (chunk : list (Z * Z)) : Z * Z :=
  let sum := fst state + chunk_value p n m f g chunk in
  if snd state + 1 =? chunks_per_reduction p n m then (sum mod p, 0) else (sum, snd state + 1).

(** §1. Seven chunks or more may be added up before a reduction, whichever modulus and however many digits the weights have. *)
Theorem chunks_per_reduction_range (p : Z) (m : nat) : either_modulus p -> m = 1%nat \/ m = 2%nat ->
  0 < factor_sum p (residue_digits p) m * LARGEST_SUM <= 2 ^ 52 /\ 7 <= chunks_per_reduction p (residue_digits p) m.
Proof. intros [->| ->] [->| ->]; vm_compute; repeat split; discriminate. Qed.

(** §1. What the host puts together modulo p: for weights and balanced residues in digits, and chunks whose sums are below 2^24, the
    totals stay within what `residue` takes, exactly in float64, and the residue of the last is the sum of w * b modulo p. *)
Theorem tfjs_residues (p W : Z) (made : list (list (Z * Z))) :
  let n := residue_digits p in let m := integer_digits W in
  let f d b := limb 8 n d b in let g e w := limb 8 m e w in
  let total := fst (fold_left (chunk_step p n m f g) made (0, 0)) in
  either_modulus p ->
  (forall chunk d e, In chunk made -> (d < n)%nat -> (e < m)%nat -> Z.abs (dsum (f d) (g e) chunk) <= LARGEST_SUM) ->
  Z.abs total <= 2 ^ 52 + p /\ 2 ^ 52 + p < 2 ^ 53 /\ total mod p = sum_products (concat made) mod p.
Proof.
  cbv zeta; set (n := residue_digits p); set (m := integer_digits W).
  set (f := fun d b => limb 8 n d b); set (g := fun e w => limb 8 m e w).
  change (fun d b => limb 8 n d b) with f; change (fun e w => limb 8 m e w) with g.
  intros Hp H; pose proof (modulus_range p Hp) as R.
  assert (M : m = 1%nat \/ m = 2%nat) by (unfold m, integer_digits; destruct (_ <=? _); auto).
  assert (N : (1 <= n)%nat) by (unfold n, residue_digits; destruct (_ =? _); lia).
  destruct (chunks_per_reduction_range p m Hp M) as [FS K]; fold n in FS, K.
  set (S := factor_sum p n m * LARGEST_SUM) in *; set (K0 := chunks_per_reduction p n m) in *.
  assert (KS : K0 * S <= 2 ^ 52) by (unfold K0, chunks_per_reduction; fold S; pose proof (Z.mul_div_le (2 ^ 52) S ltac:(lia)); lia).
  assert (V : forall chunk, (forall d e, (d < n)%nat -> (e < m)%nat -> Z.abs (dsum (f d) (g e) chunk) <= LARGEST_SUM) ->
    Z.abs (chunk_value p n m f g chunk) <= S /\ (p | chunk_value p n m f g chunk - sum_products chunk)).
  { intros chunk HC; unfold chunk_value; split.
    - unfold S, factor_sum; apply sum_up_bounded; [discriminate|]; intros e lt_e.
      apply sum_up_bounded; [discriminate|]; intros d lt_d.
      destruct (factor_right p (d + e) ltac:(lia)) as [B _]; rewrite Z.abs_mul, (Z.abs_eq (factor p (d + e))) by lia.
      apply Z.mul_le_mono_nonneg_l; [lia|apply HC; assumption].
    - assert (E : sum_products chunk = sum_up m (fun e => sum_up n (fun d => 256 ^ Z.of_nat (d + e) * dsum (f d) (g e) chunk))).
      { rewrite (sum_up_ext m _ (fun e => 256 ^ Z.of_nat (e + 0) * dsum (fun b => b) (g e) chunk)).
        - rewrite sum_up_powers, in_base_256, combined_weights, Z.mul_1_l, <- dsum_id; apply dsum_ext; intros w x _.
          rewrite <- in_base_256; unfold g; change 256 with (2 ^ 8); rewrite limbs_right by lia; reflexivity.
        - intros e _; rewrite sum_up_powers, in_base_dsum, Nat.add_0_r; f_equal; apply dsum_ext; intros w x _.
          unfold f; change 256 with (2 ^ 8); rewrite limbs_right by lia; reflexivity. }
      rewrite E; apply sum_up_divides; intros e lt_e; apply sum_up_divides; intros d lt_d.
      rewrite <- Z.mul_sub_distr_r; apply Z.divide_mul_l, factor_right; lia. }
  assert (G : forall start done sum, Z.abs start <= p + done * S -> 0 <= done < K0 -> (p | start - sum) ->
    let last := fst (fold_left (chunk_step p n m f g) made (start, done)) in
    Z.abs last <= 2 ^ 52 + p /\ (p | last - (sum + sum_products (concat made)))).
  { induction made as [|chunk rest IH]; intros start done sum HB HD HS; cbv zeta.
    - cbn [fold_left fst concat sum_products]; split; [|rewrite Z.add_0_r; exact HS].
      assert (done * S <= K0 * S) by (apply Z.mul_le_mono_nonneg_r; lia); lia.
    - assert (HC : forall d e, (d < n)%nat -> (e < m)%nat -> Z.abs (dsum (f d) (g e) chunk) <= LARGEST_SUM)
        by (intros; apply H; [left; reflexivity|assumption|assumption]).
      destruct (V chunk HC) as [VB VD]; set (v := chunk_value p n m f g chunk) in *.
      assert (ST : chunk_step p n m f g (start, done) chunk
        = if done + 1 =? K0 then ((start + v) mod p, 0) else (start + v, done + 1)) by reflexivity.
      assert (A : sum_products (concat (chunk :: rest)) = sum_products chunk + sum_products (concat rest))
        by (rewrite <- !dsum_id; cbn [concat]; apply dsum_app).
      assert (PD : (p | start + v - (sum + sum_products chunk))).
      { replace (start + v - (sum + sum_products chunk)) with ((start - sum) + (v - sum_products chunk)) by ring; by_parts. }
      cbn [fold_left]; rewrite ST, A, Z.add_assoc.
      assert (H' : forall chunk d e, In chunk rest -> (d < n)%nat -> (e < m)%nat -> Z.abs (dsum (f d) (g e) chunk) <= LARGEST_SUM)
        by (intros; apply H; [right; assumption|assumption|assumption]).
      destruct (Z.eqb_spec (done + 1) K0).
      + pose proof (Z.mod_pos_bound (start + v) p ltac:(lia)); apply (IH H'); [lia|lia|].
        replace ((start + v) mod p - (sum + sum_products chunk)) with
          (((start + v) mod p - (start + v)) + (start + v - (sum + sum_products chunk))) by ring.
        apply Z.divide_add_r; [|exact PD].
        exists (- ((start + v) / p)); pose proof (Z.div_mod (start + v) p ltac:(lia)); lia.
      + apply (IH H'); [lia|lia|exact PD]. }
  destruct (G 0 0 0 ltac:(lia) ltac:(lia) (Z.divide_0_r p)) as [B D]; cbv zeta in B, D.
  split; [exact B|split; [lia|]]; apply same_residue; exact D.
Qed.

(** §1. Over the integers nothing is reduced: the planes' sums, each times its power of 256, are the sum of w * x. *)
Theorem tfjs_integers (W X : Z) (terms : list (Z * Z)) :
  let n := integer_digits X in let m := integer_digits W in
  combined m (fun e => combined n (fun d => dsum (limb 8 n d) (limb 8 m e) terms)) = sum_products terms.
Proof.
  cbv zeta; rewrite (digits_recombine _ _ (fun d => limb 8 (integer_digits X) d) (fun e => limb 8 (integer_digits W) e)).
  rewrite <- dsum_id; apply dsum_ext; intros w x _; rewrite <- !in_base_256; change 256 with (2 ^ 8).
  assert (D : forall L, (1 <= integer_digits L)%nat) by (intros L; unfold integer_digits; destruct (_ <=? _); lia).
  rewrite !limbs_right by (lia || apply D); reflexivity.
Qed.

(** §1. Depthwise sums over balanced residues: whole in float64 where the sum of |w| times (p - 1) / 2 is at most 2^52; else a residue
    and the products of one tap are below 2^46. *)
Theorem depthwise_tap_fits (p w b start : Z) : either_modulus p -> Z.abs w <= 2 ^ 15 -> Z.abs b <= (p - 1) / 2 -> 0 <= start < p ->
  Z.abs (start + w * b) < 2 ^ 46.
Proof.
  intros Hp Hw Hb Hs; pose proof (modulus_range p Hp).
  assert ((p - 1) / 2 < 2 ^ 30) by (apply Z.div_lt_upper_bound; lia).
  assert (Z.abs (w * b) <= 2 ^ 15 * 2 ^ 30) by (rewrite Z.abs_mul; apply Z.mul_le_mono_nonneg; lia); lia.
Qed.

(** What a number's digits count for in absolute value. *)
Definition counted (n : nat) (v : Z) : Z := combined n (fun k => Z.abs (limb 8 n k v)).

(** §1. Over the integers the planes' sums, however they are grouped, add up in float64 to at most nine times the sum of |w| * |x|,
    which is below 2^31 where the map is accepted: exactly, since 9 * 2^31 < 2^53. *)
Theorem tfjs_integer_sums_fit (n m : nat) (terms : list (Z * Z)) : n = 1%nat \/ n = 2%nat -> m = 1%nat \/ m = 2%nat ->
  dsum (counted n) (counted m) terms <= 9 * dsum Z.abs Z.abs terms.
Proof.
  assert (C : forall k v, k = 1%nat \/ k = 2%nat -> 0 <= counted k v <= 3 * Z.abs v).
  { intros k v [->| ->]; unfold counted; cbn [combined limb]; [lia|].
    pose proof (limb_split 8 v ltac:(lia)); pose proof (low_limb_range 8 v ltac:(lia)) as L; change (8 - 1) with 7 in L; lia. }
  intros N M; induction terms as [|[w x] rest IH]; [discriminate|rewrite !dsum_cons].
  pose proof (C n x N); pose proof (C m w M).
  assert (counted m w * counted n x <= 3 * Z.abs w * (3 * Z.abs x)) by (apply Z.mul_le_mono_nonneg; lia); lia.
Qed.
