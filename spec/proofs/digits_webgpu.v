(** * Digits of the WebGPU device

    The constants and formulas are those of src/fast/devices/webgpu/bounds.ts, the expressions those of its shaders, which have
    32-bit integers only: i32 wraps, which is used, and u32 holds residues. A chunk is a list of pairs (weight, entry): the
    terms that one invocation adds up before it reduces. Entries that fill a word up are pairs of the shift and 0. *)
From Coq Require Import ZArith Lia List.
From Slalom Require Import exactness modular lanes packed digits.
Import ListNotations.
Local Open Scope Z_scope.

(** digitsOfRange: digits, what they reach, and the shift that is taken off first. *)
Definition range_digits (lo hi : Z) : nat := if hi - lo <=? 255 then 1 else 2.
Definition least (n : nat) : Z := if Nat.eqb n 1 then -128 else -32896.
Definition greatest (n : nat) : Z := if Nat.eqb n 1 then 127 else 32639.
Definition range_shift (lo hi : Z) : Z :=
  let n := range_digits lo hi in
  if greatest n <? hi then hi - greatest n else Z.min (lo - least n) 0.

(** Residues above LARGEST_LIFT stand for themselves minus p. *)
Definition residue_digits (p : Z) : nat := if p =? P24 then 3 else 4.
Definition LARGEST_LIFT (p : Z) : Z := if p =? P24 then 8355711 else (M31 - 1) / 2.
Definition lifted (p x : Z) : Z := if LARGEST_LIFT p <? x then x - p else x.

(** weightPlan: the largest factor beside a digit of the input, and how many terms fit i32. *)
Definition largest_factor (lo hi : Z) : Z :=
  if Nat.eqb (range_digits lo hi) 1 then Z.max (- lo) hi else 128 + Z.abs (range_shift lo hi).
Definition terms_per_reduction (lo hi : Z) : Z := INT32_MAX / (128 * Z.max (largest_factor lo hi) 128).

(** limbPlan of the direct kernel, for |weights| up to W. *)
Definition WIDE_LIMB_WEIGHT : Z := 1023.
Definition direct_bits (W : Z) : Z := if W <=? WIDE_LIMB_WEIGHT then 16 else 8.
Definition direct_limbs (p W : Z) : nat := if direct_bits W =? 16 then 2 else if p =? P24 then 3 else 4.
Definition direct_terms (W : Z) : Z := INT32_MAX / (Z.max W 1 * 2 ^ (direct_bits W - 1)).

(** ** Residues in u32. For 2^31 - 1 they may be p itself, which stands for 0, until `canonical`. *)

Definition reduced (a : Z) : Z := if P24 <=? a then a - P24 else a.
Definition fold (p a : Z) : Z :=
  if p =? P24 then let small := fold_P24 a in reduced (if small <? 0 then small + P24 else small)
  else if a <? 0 then a + M31 else a.
Definition plus (p a b : Z) : Z := if p =? P24 then reduced (a + b) else fold_M31 (a + b).
Definition rotated (k a : Z) : Z := Z.lor (Z.land (Z.shiftl a k) M31) (Z.shiftr a (31 - k)).
Definition times256 (p a : Z) : Z :=
  if p =? P24 then reduced (Z.shiftl (Z.land a (Z.ones 16)) 8 + 3 * Z.shiftr a 16) else rotated 8 a.
Definition times65536 (p a : Z) : Z := if p =? P24 then times256 p (times256 p a) else rotated 16 a.
Definition canonical (p a : Z) : Z := if p =? P24 then a else if a =? M31 then 0 else a.

(** What a u32 that holds a residue may be. *)
Definition holds (p a : Z) : Prop := 0 <= a /\ a <= (if p =? P24 then P24 - 1 else M31).

Lemma lor_disjoint k x y : 0 <= k -> 0 <= y < 2 ^ k -> Z.lor (2 ^ k * x) y = 2 ^ k * x + y.
Proof.
  intros K Y; assert (D : Z.land (2 ^ k * x) y = 0).
  { apply Z.bits_inj'; intros i I; rewrite Z.land_spec, Z.bits_0, Z.mul_comm.
    destruct (Z.lt_ge_cases i k); [rewrite Z.mul_pow2_bits_low by lia; reflexivity|].
    rewrite <- (Z.mod_small y (2 ^ k)) by lia; rewrite (Z.mod_pow2_bits_high y k i) by lia; apply Bool.andb_false_r. }
  rewrite <- (Z.lxor_lor _ _ D); symmetry; apply Z.add_nocarry_lxor, D.
Qed.

Lemma rotated_is k a : 0 <= k <= 31 -> 0 <= a <= M31 ->
  0 <= rotated k a <= M31 /\ (M31 | rotated k a - 2 ^ k * a).
Proof.
  intros K A; unfold rotated, M31 in *; change (2 ^ 31 - 1) with (Z.ones 31) in *.
  rewrite Z.land_ones, Z.shiftl_mul_pow2, Z.shiftr_div_pow2 by lia; change (Z.ones 31) with (2 ^ 31 - 1) in *.
  assert (P : 2 ^ 31 = 2 ^ k * 2 ^ (31 - k)) by (rewrite <- Z.pow_add_r by lia; f_equal; lia).
  assert (0 < 2 ^ k) by (apply Z.pow_pos_nonneg; lia); assert (0 < 2 ^ (31 - k)) by (apply Z.pow_pos_nonneg; lia).
  assert (E : (a * 2 ^ k) mod 2 ^ 31 = 2 ^ k * (a mod 2 ^ (31 - k)))
    by (rewrite P, (Z.mul_comm a), Z.mul_mod_distr_l by lia; reflexivity).
  pose proof (Z.div_mod a (2 ^ (31 - k)) ltac:(lia)) as D; pose proof (Z.mod_pos_bound a (2 ^ (31 - k)) ltac:(lia)) as B.
  assert (Q : 0 <= a / 2 ^ (31 - k) < 2 ^ k) by (split; [apply Z.div_pos; lia|apply Z.div_lt_upper_bound; lia]).
  rewrite E, lor_disjoint by lia; split; [nia|].
  exists (- (a / 2 ^ (31 - k))).
  rewrite D at 3; rewrite Z.mul_add_distr_l, Z.mul_assoc, <- P; ring.
Qed.

Lemma two_moduli p : either_modulus p -> (p =? P24 = true /\ p = 2 ^ 24 - 3) \/ (p =? P24 = false /\ p = M31).
Proof. intros [->| ->]; [left|right]; split; reflexivity. Qed.

(** §1. fold, plus, times256 and times65536 take every i32 above -2^31, or what holds a residue, to what holds the residue of the
    result, within u32 all the way; canonical gives the residue itself. *)
Theorem word_arithmetic_right (p a b c : Z) : either_modulus p -> Z.abs a <= INT32_MAX -> holds p b -> holds p c ->
  (holds p (fold p a) /\ (p | fold p a - a)) /\
  (holds p (plus p b c) /\ (p | plus p b c - (b + c)) /\ b + c < 2 ^ 32) /\
  (holds p (times256 p b) /\ (p | times256 p b - 256 * b)) /\
  (holds p (times65536 p b) /\ (p | times65536 p b - 65536 * b)) /\
  canonical p b = b mod p.
Proof.
  unfold holds; intros Hp Ha Hb Hc; unfold INT32_MAX in Ha.
  destruct (two_moduli p Hp) as [[E ->]|[E ->]]; unfold fold, plus, times65536, times256, canonical; rewrite E in *.
  - assert (T : forall v, 0 <= v <= P24 - 1 ->
      let w := reduced (Z.shiftl (Z.land v (Z.ones 16)) 8 + 3 * Z.shiftr v 16) in
      (0 <= w <= P24 - 1) /\ (2 ^ 24 - 3 | w - 256 * v)).
    { intros v Hv; cbv zeta; rewrite Z.land_ones, Z.shiftl_mul_pow2, Z.shiftr_div_pow2 by lia; unfold reduced, P24 in *.
      pose proof (Z.div_mod v (2 ^ 16) ltac:(lia)); pose proof (Z.mod_pos_bound v (2 ^ 16) ltac:(lia)).
      destruct (Z.leb_spec (2 ^ 24 - 3) (v mod 2 ^ 16 * 2 ^ 8 + 3 * (v / 2 ^ 16)));
        (split; [lia|]); [exists (- (v / 2 ^ 16) - 1); lia|exists (- (v / 2 ^ 16)); lia]. }
    cbv zeta in T; destruct (fold_P24_spec a) as [k [F B]]; cbv zeta; rewrite F; unfold reduced, P24 in *.
    split; [|split; [|split; [|split]]].
    + destruct (Z.ltb_spec (a - (2 ^ 24 - 3) * k) 0).
      * destruct (Z.leb_spec (2 ^ 24 - 3) (a - (2 ^ 24 - 3) * k + (2 ^ 24 - 3)));
          (split; [lia|]); [exists (- k)|exists (1 - k)]; lia.
      * destruct (Z.leb_spec (2 ^ 24 - 3) (a - (2 ^ 24 - 3) * k)); (split; [lia|]); [exists (- k - 1)|exists (- k)]; lia.
    + destruct (Z.leb_spec (2 ^ 24 - 3) (b + c)); (split; [lia|]); (split; [|lia]); [exists (-1)|exists 0]; lia.
    + apply T, Hb.
    + destruct (T b Hb) as [R D]; destruct (T _ R) as [R' D']; split; [exact R'|].
      set (u := if _ <=? Z.shiftl (Z.land b (Z.ones 16)) 8 + 3 * Z.shiftr b 16 then _ else _) in *.
      set (w := if _ <=? Z.shiftl (Z.land u (Z.ones 16)) 8 + 3 * Z.shiftr u 16 then _ else _) in *.
      replace (w - 65536 * b) with ((w - 256 * u) + 256 * (u - 256 * b)) by ring.
      apply Z.divide_add_r; [exact D'|apply Z.divide_mul_r, D].
    + symmetry; apply Z.mod_small; lia.
  - destruct (rotated_is 8 b ltac:(lia) Hb) as [R8 D8]; destruct (rotated_is 16 b ltac:(lia) Hb) as [R16 D16].
    destruct (fold_M31_spec (b + c)) as [k [F B]]; rewrite F; unfold M31 in *.
    split; [|split; [|split; [|split]]].
    + destruct (Z.ltb_spec a 0); (split; [lia|]); [exists 1|exists 0]; lia.
    + split; [lia|]; split; [exists (- k); lia|lia].
    + split; assumption.
    + split; assumption.
    + destruct (Z.eqb_spec b (2 ^ 31 - 1)) as [->|N]; [reflexivity|symmetry; apply Z.mod_small; lia].
Qed.

(** ** Sums of products of digits *)

Lemma range_cases lo hi : range_digits lo hi = 1%nat \/ range_digits lo hi = 2%nat.
Proof. unfold range_digits; destruct (_ <=? _); auto. Qed.

(** A stored weight: one of the map's, or what fills a word up, which is stored as 0. *)
Definition stored (lo hi w : Z) : Prop := lo <= w <= hi \/ w = range_shift lo hi.

Definition int16_range (lo hi : Z) : Prop := - 2 ^ 15 <= lo /\ lo <= hi /\ hi <= INT16_MAX.

(** §1. Every number of an int16 range, and the shift itself, less the shift, is one that the digits reach, and at most the larger
    of largest_factor and 128 for one digit. Two digits are shifted by 128 at most. *)
Theorem range_fits (lo hi v : Z) : int16_range lo hi -> stored lo hi v ->
  let n := range_digits lo hi in
  - 128 * repunit n <= v - range_shift lo hi <= 127 * repunit n /\ Z.abs (range_shift lo hi) <= 2 ^ 15 /\
  (n = 1%nat -> Z.abs v <= Z.max (largest_factor lo hi) 128) /\ (n = 2%nat -> Z.abs (range_shift lo hi) <= 128).
Proof.
  unfold int16_range, INT16_MAX, stored, largest_factor, range_shift, range_digits; intros H Hv; cbv zeta in *.
  destruct (Z.leb_spec (hi - lo) 255); cbn [Nat.eqb] in *.
  - change (greatest 1) with 127 in *; change (least 1) with (-128) in *; change (repunit 1) with 1.
    destruct (Z.ltb_spec 127 hi); repeat split; try discriminate; intros; lia.
  - change (greatest 2) with 32639 in *; change (least 2) with (-32896) in *; change (repunit 2) with 257.
    destruct (Z.ltb_spec 32639 hi); repeat split; try discriminate; intros; lia.
Qed.

(** §1. A lifted residue is congruent to the residue and one that its digits reach; it is also within what the direct kernel's
    limbs take. *)
Theorem lifted_right (p x : Z) : either_modulus p -> 0 <= x < p ->
  - 128 * repunit (residue_digits p) <= lifted p x <= 127 * repunit (residue_digits p) /\
  Z.abs (lifted p x) < 2 ^ 30 /\ (p | lifted p x - x).
Proof.
  intros Hp Hx; unfold lifted, LARGEST_LIFT, residue_digits.
  destruct (two_moduli p Hp) as [[E ->]|[E ->]]; rewrite E; unfold M31 in *.
  - change (repunit 3) with 65793; destruct (Z.ltb_spec 8355711 x);
      (split; [lia|]; split; [lia|]); [exists (-1)|exists 0]; lia.
  - change (repunit 4) with 16843009; change ((2 ^ 31 - 1 - 1) / 2) with 1073741823.
    destruct (Z.ltb_spec 1073741823 x); (split; [lia|]; split; [lia|]); [exists (-1)|exists 0]; lia.
Qed.

(** §1. A lane of i32 is right whenever the exact value of its expression fits i32, whatever its intermediate values did: all
    of them are right modulo 2^32. *)
Theorem wrapped_right (lane exact : Z) : (2 ^ 32 | lane - exact) -> Z.abs exact <= INT32_MAX -> signed lane = exact.
Proof. intros [k E] H; unfold INT32_MAX in H; rewrite (signed_is lane (- k)); lia. Qed.

(** §1. One accumulator: the products of input digits with stored weight digits, the lowest with the shift added back, of up to
    terms_per_reduction terms fit i32; that is at least 511 terms, more than the 64 of a tile. *)
Theorem chunk_fits (lo hi : Z) (d h : Z -> Z) (terms : list (Z * Z)) : int16_range lo hi ->
  count terms <= terms_per_reduction lo hi ->
  (forall w x, In (w, x) terms -> Z.abs (h w) <= Z.max (largest_factor lo hi) 128 /\ Z.abs (d x) <= 128) ->
  Z.abs (dsum d h terms) <= INT32_MAX /\ 511 <= terms_per_reduction lo hi.
Proof.
  intros HR HC H; unfold terms_per_reduction in *; set (F := Z.max (largest_factor lo hi) 128) in *.
  assert (HF : 128 <= F <= 2 ^ 15).
  { unfold F, largest_factor; destruct (range_cases lo hi) as [E|E]; rewrite E; cbn [Nat.eqb].
    - unfold int16_range, INT16_MAX in HR; lia.
    - destruct (range_fits lo hi lo HR (or_introl (conj (Z.le_refl _) (proj1 (proj2 HR))))) as [_ [_ [_ S]]].
      specialize (S E); lia. }
  pose proof (dsum_bounded d h F 128 terms ltac:(lia) ltac:(lia) H).
  pose proof (Z.mul_div_le INT32_MAX (128 * F) ltac:(lia)).
  split; [|unfold INT32_MAX; apply Z.div_le_lower_bound; lia].
  assert (count terms * (F * 128) <= INT32_MAX / (128 * F) * (F * 128)) by (apply Z.mul_le_mono_nonneg_r; lia); lia.
Qed.

(** `combined`: Horner's rule in residues, from the highest sum down. *)
Fixpoint horner (p : Z) (times : Z -> Z -> Z) (n : nat) (f : nat -> Z) : Z :=
  match n with
  | O => 0
  | S O => fold p (f O)
  | S m => plus p (times p (horner p times m (fun k => f (S k)))) (fold p (f O))
  end.

(** What an invocation adds up: one reduction after each chunk. *)
Definition chunks_total (p : Z) (times : Z -> Z -> Z) (n : nat) (F : nat -> list (Z * Z) -> Z) (chunks : list (list (Z * Z))) : Z :=
  fold_left (fun sum chunk => plus p sum (horner p times n (fun i => F i chunk))) chunks 0.

Section Residues.
Variable p : Z.
Hypothesis Hp : either_modulus p.

Lemma holds_zero : holds p 0.
Proof. unfold holds; destruct (two_moduli p Hp) as [[E _]|[E _]]; rewrite E; unfold P24, M31; lia. Qed.

Lemma horner_right times base n f :
  (forall b, holds p b -> holds p (times p b) /\ (p | times p b - base * b)) ->
  (forall k, (k < n)%nat -> Z.abs (f k) <= INT32_MAX) ->
  holds p (horner p times n f) /\ (p | horner p times n f - in_base base n f).
Proof.
  intros T; revert f; induction n as [|[|n] IH]; intros f H.
  - split; [apply holds_zero|exists 0; reflexivity].
  - destruct (word_arithmetic_right p (f 0%nat) 0 0 Hp (H 0%nat ltac:(lia)) holds_zero holds_zero) as [[A B] _].
    cbn [horner in_base]; rewrite Z.mul_0_r, Z.add_0_r; split; assumption.
  - destruct (IH (fun k => f (S k))) as [A B]; [intros; apply H; lia|].
    cbn [horner in_base]; cbn [in_base] in B.
    set (h := horner p times (S n) (fun k => f (S k))) in *.
    change (match n with O => fold p (f 1%nat) | S _ => _ end) with h.
    destruct (T h A) as [TA TB].
    destruct (word_arithmetic_right p (f 0%nat) 0 0 Hp (H 0%nat ltac:(lia)) holds_zero holds_zero) as [[FA FB] _].
    destruct (word_arithmetic_right p 0 (times p h) (fold p (f 0%nat)) Hp ltac:(unfold INT32_MAX; lia) TA FA) as [_ [[PA [PB _]] _]].
    split; [exact PA|].
    set (inner := f 1%nat + base * in_base base n (fun k => f (S (S k)))) in *.
    replace (plus p (times p h) (fold p (f 0%nat)) - (f 0%nat + base * inner)) with
      ((plus p (times p h) (fold p (f 0%nat)) - (times p h + fold p (f 0%nat))) + (fold p (f 0%nat) - f 0%nat)
       + ((times p h - base * h) + base * (h - inner))) by ring.
    by_parts.
Qed.

Lemma chunks_total_right times base n d h chunks :
  (forall b, holds p b -> holds p (times p b) /\ (p | times p b - base * b)) ->
  (forall chunk i, In chunk chunks -> (i < n)%nat -> Z.abs (dsum (d i) h chunk) <= INT32_MAX) ->
  let t := chunks_total p times n (fun i chunk => dsum (d i) h chunk) chunks in
  holds p t /\ (p | t - dsum (fun x => in_base base n (fun i => d i x)) h (concat chunks)).
Proof.
  intros T H; cbv zeta; unfold chunks_total.
  assert (G : forall start sum, holds p start -> (p | start - sum) ->
    let t := fold_left (fun sum chunk => plus p sum (horner p times n (fun i => dsum (d i) h chunk))) chunks start in
    holds p t /\ (p | t - (sum + dsum (fun x => in_base base n (fun i => d i x)) h (concat chunks)))).
  { induction chunks as [|chunk rest IH]; intros start sum HS DS; cbv zeta; cbn [fold_left concat].
    - split; [exact HS|]; replace (dsum _ h []) with 0 by reflexivity; rewrite Z.add_0_r; exact DS.
    - destruct (horner_right times base n (fun i => dsum (d i) h chunk) T) as [A B];
        [intros i lt; apply H; [left; reflexivity|exact lt]|].
      set (v := horner p times n (fun i => dsum (d i) h chunk)) in *.
      destruct (word_arithmetic_right p 0 start v Hp ltac:(unfold INT32_MAX; lia) HS A) as [_ [[PA [PB _]] _]].
      rewrite dsum_app, Z.add_assoc; apply IH; [intros c i I; apply H; right; exact I|exact PA|].
      rewrite in_base_dsum in B; set (e := dsum (fun x => in_base base n (fun i => d i x)) h chunk) in *.
      replace (plus p start v - (sum + e)) with ((plus p start v - (start + v)) + (start - sum) + (v - e)) by ring.
      by_parts. }
  apply (G 0 0 holds_zero (Z.divide_0_r p)).
Qed.

Lemma times256_right b : holds p b -> holds p (times256 p b) /\ (p | times256 p b - 256 * b).
Proof. intros H; apply (word_arithmetic_right p 0 b b Hp ltac:(unfold INT32_MAX; lia) H H). Qed.

Lemma times65536_right b : holds p b -> holds p (times65536 p b) /\ (p | times65536 p b - 65536 * b).
Proof. intros H; apply (word_arithmetic_right p 0 b b Hp ltac:(unfold INT32_MAX; lia) H H). Qed.

Lemma canonical_right b : holds p b -> canonical p b = b mod p.
Proof. intros H; apply (word_arithmetic_right p 0 b b Hp ltac:(unfold INT32_MAX; lia) H H). Qed.

Let n := residue_digits p.
Let d (i : nat) (x : Z) : Z := digit full_bias i (lifted p x).

Lemma d_right x : 0 <= x < p ->
  in_base 256 n (fun i => d i x) = lifted p x /\ forall i, (i < n)%nat -> Z.abs (d i x) <= 128.
Proof.
  intros R; destruct (lifted_right p x Hp R) as [C _].
  assert (N : (1 <= n <= 4)%nat) by (unfold n, residue_digits; destruct (_ =? _); lia).
  destruct (digits_right n full_bias (lifted p x) N (or_intror eq_refl) C) as [D B]; rewrite in_base_256; split; [exact D|].
  intros i lt; specialize (B i lt); unfold d; apply Z.abs_le; split; [apply Z.le_trans with (-128); [discriminate|apply B]|].
  apply Z.le_trans with 127; [apply B|discriminate].
Qed.

(** What is written for a channel: the low digit's total, and 256 times the high digit's where there is one. *)
Definition residue_answer (lo hi : Z) (chunks : list (list (Z * Z))) : Z :=
  let shift := range_shift lo hi in
  let e j w := digit full_bias j (w - shift) in
  let low := canonical p (chunks_total p times256 n (fun i chunk => dsum (d i) (fun w => e 0%nat w + shift) chunk) chunks) in
  let high := chunks_total p times256 n (fun i chunk => dsum (d i) (e 1%nat) chunk) chunks in
  if Nat.eqb (range_digits lo hi) 1 then low else canonical p (plus p low (times256 p high)).

(** §1. What the matrix and vector kernels answer modulo p: for every int16 range of weights and canonical residues, and chunks of at
    most terms_per_reduction terms, cut and grouped in any way, the sum of w * x modulo p. *)
Theorem webgpu_residues (lo hi : Z) (chunks : list (list (Z * Z))) : int16_range lo hi ->
  (forall chunk, In chunk chunks -> count chunk <= terms_per_reduction lo hi) ->
  (forall w x, In (w, x) (concat chunks) -> stored lo hi w /\ 0 <= x < p) ->
  residue_answer lo hi chunks = sum_products (concat chunks) mod p.
Proof.
  intros HR HC HT; unfold residue_answer; cbv zeta; set (shift := range_shift lo hi).
  set (e := fun j w => digit full_bias j (w - shift)).
  change (fun w => digit full_bias 0 (w - shift) + shift) with (fun w => e 0%nat w + shift).
  change (fun w => digit full_bias 1 (w - shift)) with (e 1%nat).
  assert (M : range_digits lo hi = 1%nat \/ range_digits lo hi = 2%nat) by apply range_cases.
  set (m := range_digits lo hi) in *.
  assert (G : forall w x, In (w, x) (concat chunks) ->
    combined m (fun j => e j w) = w - shift /\ (forall j, (j < m)%nat -> Z.abs (e j w) <= 128) /\
    Z.abs (e 0%nat w + shift) <= Z.max (largest_factor lo hi) 128).
  { intros w x I; destruct (HT w x I) as [W _]; destruct (range_fits lo hi w HR W) as [F [_ [S1 S2]]].
    fold m shift in F, S1, S2.
    destruct (digits_right m full_bias (w - shift) ltac:(lia) (or_intror eq_refl) F) as [D B].
    assert (B' : forall j, (j < m)%nat -> Z.abs (e j w) <= 128) by (intros j lt; specialize (B j lt); unfold e; lia).
    split; [exact D|split; [exact B'|]]; pose proof (B' 0%nat ltac:(lia)).
    unfold largest_factor in *; fold m shift in S1 |- *; destruct M as [E|E]; rewrite E in *; cbn [Nat.eqb combined] in *.
    - unfold e in *; specialize (S1 eq_refl); lia.
    - lia. }
  assert (T : forall h, (forall w x, In (w, x) (concat chunks) -> Z.abs (h w) <= Z.max (largest_factor lo hi) 128) ->
    let t := chunks_total p times256 n (fun i chunk => dsum (d i) h chunk) chunks in
    holds p t /\ (p | t - dsum (fun x => x) h (concat chunks))).
  { intros h Hh; destruct (chunks_total_right times256 256 n d h chunks times256_right) as [A B].
    - intros chunk i I lt; apply (chunk_fits lo hi (d i) h chunk HR (HC chunk I)).
      intros w x J; assert (K : In (w, x) (concat chunks)) by (apply in_concat; exists chunk; split; assumption).
      split; [apply (Hh w x K)|apply (d_right x (proj2 (HT w x K))), lt].
    - cbv zeta; split; [exact A|].
      set (t := chunks_total _ _ _ _ _) in *; set (l := dsum _ h (concat chunks)) in B.
      replace (t - dsum (fun x => x) h (concat chunks)) with ((t - l) + (l - dsum (fun x => x) h (concat chunks))) by ring.
      apply Z.divide_add_r; [exact B|]; apply divides_dsum; intros w x I; destruct (HT w x I) as [_ R].
      rewrite (proj1 (d_right x R)); apply (lifted_right p x Hp R). }
  destruct (T (fun w => e 0%nat w + shift) (fun w x I => proj2 (proj2 (G w x I)))) as [LA LB].
  set (low := chunks_total p times256 n (fun i chunk => dsum (d i) (fun w => e 0%nat w + shift) chunk) chunks) in *.
  assert (P0 : 0 < p) by (destruct Hp as [->| ->]; reflexivity).
  destruct M as [E|E]; rewrite E in *; cbn [Nat.eqb]; cbv zeta.
  - rewrite (canonical_right low LA); apply same_residue.
    rewrite (dsum_ext _ (fun x => x) _ (fun w => w)), dsum_id in LB; [exact LB|].
    intros w x I; destruct (G w x I) as [D _]; cbn [combined] in D; replace (e 0%nat w + shift) with w by lia; reflexivity.
  - destruct (T (e 1%nat)) as [HA HB].
    { intros w x I; pose proof (proj1 (proj2 (G w x I)) 1%nat ltac:(lia)); lia. }
    set (high := chunks_total p times256 n (fun i chunk => dsum (d i) (e 1%nat) chunk) chunks) in *.
    destruct (times256_right high HA) as [TA TB].
    assert (CA : holds p (canonical p low) /\ (p | canonical p low - low)).
    { rewrite (canonical_right low LA); pose proof (Z.mod_pos_bound low p P0) as B; split.
      - unfold holds; destruct (two_moduli p Hp) as [[Q R]|[Q R]]; rewrite Q; generalize dependent (low mod p); intros r B; unfold P24, M31 in *; lia.
      - exists (- (low / p)); pose proof (Z.div_mod low p ltac:(lia)); lia. }
    destruct CA as [CA CB].
    destruct (word_arithmetic_right p 0 _ _ Hp ltac:(unfold INT32_MAX; lia) CA TA) as [_ [[PA [PB _]] _]].
    rewrite (canonical_right _ PA); apply same_residue.
    assert (S : sum_products (concat chunks) = dsum (fun x => x) (fun w => e 0%nat w + shift) (concat chunks)
      + 256 * dsum (fun x => x) (e 1%nat) (concat chunks)).
    { rewrite <- dsum_id; rewrite (dsum_ext _ (fun x => x) _ (fun w => (e 0%nat w + shift) + 256 * e 1%nat w)).
      - clear; induction (concat chunks) as [|[w x] rest IH]; [reflexivity|rewrite !dsum_cons, IH; ring].
      - intros w x I; destruct (G w x I) as [D _]; cbn [combined] in D.
        replace (e 0%nat w + shift + 256 * e 1%nat w) with w by lia; reflexivity. }
    rewrite S; set (l := dsum _ (fun w => e 0%nat w + shift) _) in *; set (h := dsum _ (e 1%nat) _) in *.
    set (c := canonical p low) in *; set (t := times256 p high) in *.
    replace (plus p c t - (l + 256 * h)) with
      ((plus p c t - (c + t)) + (c - low) + (low - l) + ((t - 256 * high) + 256 * (high - h))) by ring.
    by_parts.
Qed.

(** ** The direct kernel *)

(** §1. The direct kernel's limbs of a lifted residue: two of 16 bits, at most 2^15, or digits, at most 128. *)
Theorem direct_limb_fits (W x : Z) (k : nat) : 0 <= x < p -> (k < direct_limbs p W)%nat ->
  Z.abs (limb (direct_bits W) (direct_limbs p W) k (lifted p x)) <= 2 ^ (direct_bits W - 1).
Proof.
  intros Hx; destruct (lifted_right p x Hp Hx) as [C [B _]]; set (b := lifted p x) in *.
  unfold direct_limbs, residue_digits in *; unfold direct_bits; destruct (W <=? WIDE_LIMB_WEIGHT); cbn [Z.eqb Pos.eqb].
  - change (16 - 1) with 15; pose proof (limb_split 16 b ltac:(lia)); pose proof (low_limb_range 16 b ltac:(lia)) as L.
    change (16 - 1) with 15 in L; intros lt; assert (k = 0 \/ k = 1)%nat as [->| ->] by lia; cbn [limb]; lia.
  - change (8 - 1) with 7.
    set (b1 := rest_of 8 b); set (b2 := rest_of 8 b1); set (b3 := rest_of 8 b2).
    pose proof (limb_split 8 b ltac:(lia)) as S0; pose proof (low_limb_range 8 b ltac:(lia)) as L0; fold b1 in S0.
    pose proof (limb_split 8 b1 ltac:(lia)) as S1; pose proof (low_limb_range 8 b1 ltac:(lia)) as L1; fold b2 in S1.
    pose proof (limb_split 8 b2 ltac:(lia)) as S2; pose proof (low_limb_range 8 b2 ltac:(lia)) as L2; fold b3 in S2.
    change (8 - 1) with 7 in *.
    destruct (p =? P24); intros lt.
    + change (repunit 3) with 65793 in C.
      assert (k = 0 \/ k = 1 \/ k = 2)%nat as [->|[->| ->]] by lia; cbn [limb]; fold b1; try fold b2; lia.
    + assert (k = 0 \/ k = 1 \/ k = 2 \/ k = 3)%nat as [->|[->|[->| ->]]] by lia; cbn [limb]; fold b1; try fold b2; try fold b3; lia.
Qed.

Definition direct_times (W : Z) : Z -> Z -> Z := if direct_bits W =? 16 then times65536 else times256.

Definition direct_answer (W : Z) (chunks : list (list (Z * Z))) : Z :=
  canonical p (chunks_total p (direct_times W) (direct_limbs p W)
    (fun i chunk => dsum (fun x => limb (direct_bits W) (direct_limbs p W) i (lifted p x)) (fun w => w) chunk) chunks).

(** §1. What the direct kernel answers modulo p: for |weights| up to W <= 2^15, canonical residues and chunks of at most direct_terms
    terms, each limb's sum fits i32 and the answer is the sum of w * x modulo p. *)
Theorem webgpu_direct (W : Z) (chunks : list (list (Z * Z))) : 0 <= W <= LARGEST_WEIGHT ->
  (forall chunk, In chunk chunks -> count chunk <= direct_terms W) ->
  (forall w x, In (w, x) (concat chunks) -> Z.abs w <= W /\ 0 <= x < p) ->
  64 <= direct_terms W /\ direct_answer W chunks = sum_products (concat chunks) mod p.
Proof.
  intros HW HC HT; unfold direct_answer.
  set (l := fun i x => limb (direct_bits W) (direct_limbs p W) i (lifted p x)).
  change (fun (i : nat) (chunk : list (Z * Z)) => dsum (fun x => limb (direct_bits W) (direct_limbs p W) i (lifted p x)) (fun w => w) chunk)
    with (fun (i : nat) (chunk : list (Z * Z)) => dsum (l i) (fun w => w) chunk).
  assert (K : direct_bits W = 16 /\ W <= 1023 \/ direct_bits W = 8)
    by (unfold direct_bits, WIDE_LIMB_WEIGHT; destruct (Z.leb_spec W 1023); lia).
  assert (D : 0 < Z.max W 1 * 2 ^ (direct_bits W - 1) <= 1023 * 2 ^ 15).
  { unfold LARGEST_WEIGHT in HW; destruct K as [[-> L]| ->]; [change (2 ^ (16 - 1)) with 32768|change (2 ^ (8 - 1)) with 128]; lia. }
  split; [unfold direct_terms, INT32_MAX; apply Z.div_le_lower_bound; lia|].
  assert (T : forall b, holds p b -> holds p (direct_times W p b) /\ (p | direct_times W p b - 2 ^ direct_bits W * b)).
  { intros b Hb; unfold direct_times; destruct K as [[-> _]| ->]; cbn [Z.eqb Pos.eqb];
      [apply times65536_right|apply times256_right]; exact Hb. }
  destruct (chunks_total_right (direct_times W) (2 ^ direct_bits W) (direct_limbs p W) l (fun w => w) chunks T) as [A B].
  - intros chunk i I lt.
    assert (H : Z.abs (dsum (l i) (fun w => w) chunk) <= count chunk * (W * 2 ^ (direct_bits W - 1))).
    { apply dsum_bounded; [lia|destruct K as [[-> _]| ->]; discriminate|].
      intros w x J; assert (Q : In (w, x) (concat chunks)) by (apply in_concat; exists chunk; split; assumption).
      destruct (HT w x Q) as [HWW HX]; split; [exact HWW|apply (direct_limb_fits W x i HX lt)]. }
    specialize (HC chunk I); unfold direct_terms in HC; set (M := 2 ^ (direct_bits W - 1)) in *.
    pose proof (Z.mul_div_le INT32_MAX (Z.max W 1 * M) ltac:(lia)).
    assert (0 < M) by (unfold M; destruct K as [[-> _]| ->]; reflexivity).
    assert (0 <= count chunk) by (unfold count; lia).
    assert (W * M <= Z.max W 1 * M) by (apply Z.mul_le_mono_nonneg_r; lia).
    assert (count chunk * (W * M) <= count chunk * (Z.max W 1 * M)) by (apply Z.mul_le_mono_nonneg_l; lia).
    assert (count chunk * (Z.max W 1 * M) <= INT32_MAX / (Z.max W 1 * M) * (Z.max W 1 * M)) by (apply Z.mul_le_mono_nonneg_r; lia).
    lia.
  - rewrite (canonical_right _ A); apply same_residue.
    set (t := chunks_total _ _ _ _ _) in *; set (s := dsum _ _ (concat chunks)) in B.
    replace (t - sum_products (concat chunks)) with ((t - s) + (s - sum_products (concat chunks))) by ring.
    apply Z.divide_add_r; [exact B|]; rewrite <- dsum_id; apply divides_dsum; intros w x I; destruct (HT w x I) as [_ R].
    unfold l; rewrite limbs_right.
    + apply (lifted_right p x Hp R).
    + destruct K as [[-> _]| ->]; lia.
    + unfold direct_limbs; destruct (_ =? _); [lia|destruct (_ =? _); lia].
Qed.

End Residues.

(** ** Over the integers: everything modulo 2^32 *)

(** §1. What the matrix and vector kernels answer over the integers: with the weights' and the entries' shifts put right, the exact
    value of what they add up is the sum of w * x; so it is their answer when it fits int32, whatever wrapped on the way. *)
Theorem webgpu_integers (lo hi minimum maximum : Z) (terms : list (Z * Z)) :
  let m := range_digits lo hi in let v := range_shift lo hi in
  let n := range_digits minimum maximum in let u := range_shift minimum maximum in
  let d i x := digit full_bias i (x - u) in let e j w := digit full_bias j (w - v) in
  let low i := dsum (d i) (e 0%nat) terms + dsum (d i) (fun _ => 1) terms * v in
  let high i := if Nat.eqb m 1 then 0 else dsum (d i) (e 1%nat) terms in
  let exact := combined n low + 256 * combined n high + u * dsum (fun _ => 1) (fun w => w) terms in
  int16_range lo hi -> int16_range minimum maximum -> minimum <= 0 <= maximum ->
  (forall w x, In (w, x) terms -> stored lo hi w /\ minimum <= x <= maximum) ->
  exact = sum_products terms /\
  (forall lane, (2 ^ 32 | lane - exact) -> Z.abs (sum_products terms) <= INT32_MAX -> signed lane = sum_products terms).
Proof.
  cbv zeta; set (m := range_digits lo hi); set (v := range_shift lo hi).
  set (n := range_digits minimum maximum); set (u := range_shift minimum maximum).
  set (d := fun i x => digit full_bias i (x - u)); set (e := fun j w => digit full_bias j (w - v)).
  intros HW HX H0 HT.
  assert (M : m = 1%nat \/ m = 2%nat) by apply range_cases.
  assert (N : n = 1%nat \/ n = 2%nat) by apply range_cases.
  assert (F : forall w x, In (w, x) terms -> combined n (fun i => d i x) = x - u).
  { intros w x I; destruct (HT w x I) as [_ X]; destruct (range_fits minimum maximum x HX (or_introl X)) as [B _].
    destruct (digits_right n full_bias (x - u) ltac:(lia) (or_intror eq_refl) B) as [D _]; exact D. }
  assert (G : forall w x, In (w, x) terms -> combined m (fun j => e j w) = w - v).
  { intros w x I; destruct (HT w x I) as [W _]; destruct (range_fits lo hi w HW W) as [B _].
    destruct (digits_right m full_bias (w - v) ltac:(lia) (or_intror eq_refl) B) as [D _]; exact D. }
  assert (S : forall h, combined n (fun i => dsum (d i) h terms) = dsum (fun x => x - u) h terms).
  { intros h; rewrite combined_inputs; apply dsum_ext; intros w x I; rewrite (F w x I); reflexivity. }
  assert (E : combined n (fun i => dsum (d i) (e 0%nat) terms + dsum (d i) (fun _ => 1) terms * v)
    + 256 * combined n (fun i => if Nat.eqb m 1 then 0 else dsum (d i) (e 1%nat) terms)
    + u * dsum (fun _ => 1) (fun w => w) terms = sum_products terms).
  { rewrite combined_add, (S (e 0%nat)).
    rewrite (combined_ext n (fun i => dsum (d i) (fun _ => 1) terms * v) (fun i => v * dsum (d i) (fun _ => 1) terms))
      by (intros; ring).
    rewrite combined_scale, (S (fun _ => 1)), <- (offsets_recombine u v terms); f_equal.
    rewrite <- (dsum_ext (fun x => x - u) (fun x => x - u) (fun w => combined m (fun j => e j w)) (fun w => w - v))
      by (intros w x I; rewrite (G w x I); reflexivity).
    rewrite <- combined_weights; destruct M as [Q|Q]; rewrite Q; cbn [Nat.eqb combined].
    - rewrite combined_zero; ring.
    - rewrite (S (e 1%nat)); ring. }
  split; [exact E|]; intros lane D L; apply wrapped_right; [rewrite <- E; exact D|exact L].
Qed.
