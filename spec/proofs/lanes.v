(** * Blinding, unblinding and rounding in the fast kernels, one lane at a time

    The expressions of blinding.ts, limbs.ts and rounding.ts in src/fast/trusted/kernels/assembly; a mask of a comparison is
    written as "if". *)
From Coq Require Import ZArith Lia.
From Slalom Require Import exactness.
Local Open Scope Z_scope.

Definition either_modulus (p : Z) : Prop := p = P24 \/ p = M31.

(** A lane of 32 bits read without sign. *)
Definition unsigned (z : Z) : Z := z mod 2 ^ 32.

(** blindedLanes: the smaller, without sign, of x and x + p; plus the pad; the smaller of that and that minus p. *)
Definition blind_residue (p x : Z) : Z := Z.min (unsigned x) (unsigned (x + p)).
Definition blind_sum (p x pad : Z) : Z := blind_residue p x + pad.
Definition blind_lane (p x pad : Z) : Z := let sum := blind_sum p x pad in Z.min sum (unsigned (sum - p)).

Lemma unsigned_is (z k : Z) : 0 <= z + k * 2 ^ 32 < 2 ^ 32 -> unsigned z = z + k * 2 ^ 32.
Proof. intros H; unfold unsigned; symmetry; apply Z.mod_unique_pos with (- k); lia. Qed.

(** §4.3. The sum fits 32 bits without sign, and the lane gives (x + pad) mod p, for every int16 x and canonical pad. *)
Theorem blind_lane_right (p x pad : Z) : either_modulus p -> - 2 ^ 15 <= x <= INT16_MAX -> 0 <= pad < p ->
  0 <= blind_sum p x pad < 2 ^ 32 /\ blind_lane p x pad = (x + pad) mod p.
Proof.
  intros Hp Hx Hpad.
  assert (Hr : 2 ^ 24 - 3 <= p <= 2 ^ 31 - 1) by (destruct Hp as [->| ->]; unfold P24, M31; lia).
  unfold INT16_MAX in *.
  assert (R : blind_residue p x = if x <? 0 then x + p else x).
  { unfold blind_residue; rewrite (unsigned_is (x + p) 0) by lia; destruct (Z.ltb_spec x 0).
    - rewrite (unsigned_is x 1) by lia; lia.
    - rewrite (unsigned_is x 0) by lia; lia. }
  unfold blind_lane, blind_sum; rewrite R; cbv zeta.
  set (sum := (if x <? 0 then x + p else x) + pad).
  assert (S : 0 <= sum < 2 * p) by (unfold sum; destruct (Z.ltb_spec x 0); lia).
  split; [lia|].
  assert (E : Z.min sum (unsigned (sum - p)) = if p <=? sum then sum - p else sum).
  { destruct (Z.leb_spec p sum).
    - rewrite (unsigned_is (sum - p) 0) by lia; lia.
    - rewrite (unsigned_is (sum - p) 1) by lia; lia. }
  rewrite E; unfold sum; destruct (Z.ltb_spec x 0).
  - destruct (Z.leb_spec p (x + p + pad)); [apply Z.mod_unique_pos with 0 | apply Z.mod_unique_pos with (-1)]; lia.
  - destruct (Z.leb_spec p (x + pad)); [apply Z.mod_unique_pos with 1 | apply Z.mod_unique_pos with 0]; lia.
Qed.

(** unblind: the difference of two residues, minus p above half, plus p below minus half. *)
Definition unblind_lane (p z u : Z) : Z :=
  let half := (p - 1) / 2 in
  let difference := z - u in
  let lowered := if half <? difference then difference - p else difference in
  if difference <? - half then lowered + p else lowered.

(** §4.3. For canonical z and u the difference fits int32, and the lane gives the balanced residue: congruent to z - u
    and in [-(p-1)/2, (p-1)/2]. *)
Theorem unblind_lane_right (p z u : Z) : either_modulus p -> 0 <= z < p -> 0 <= u < p ->
  Z.abs (z - u) <= INT32_MAX /\ Z.abs (unblind_lane p z u) <= (p - 1) / 2 /\ (p | unblind_lane p z u - (z - u)).
Proof.
  intros Hp Hz Hu; unfold unblind_lane; cbv zeta; set (half := (p - 1) / 2).
  assert (Hh : p = 2 * half + 1) by (destruct Hp as [->| ->]; reflexivity).
  assert (p <= 2 ^ 31 - 1) by (destruct Hp as [->| ->]; unfold P24, M31; lia).
  unfold INT32_MAX; split; [lia|].
  destruct (Z.ltb_spec half (z - u)); destruct (Z.ltb_spec (z - u) (- half)); try lia;
    (split; [lia|]); [exists (-1) | exists 1 | exists 0]; lia.
Qed.

(** balancedx4: r minus p above half. *)
Definition balanced_lane (p r : Z) : Z := if (p - 1) / 2 <? r then r - p else r.

(** §1. A canonical residue becomes its balanced representative, at most (p - 1) / 2: what two_limbs and three_limbs take. *)
Theorem balanced_lane_right (p r : Z) : either_modulus p -> 0 <= r < p ->
  Z.abs (balanced_lane p r) <= (p - 1) / 2 /\ (p | balanced_lane p r - r).
Proof.
  intros Hp Hr; unfold balanced_lane; set (half := (p - 1) / 2).
  assert (Hh : p = 2 * half + 1) by (destruct Hp as [->| ->]; reflexivity).
  destruct (Z.ltb_spec half r); (split; [lia|]); [exists (-1) | exists 0]; lia.
Qed.

(** requantize: 2^62 is added before a shift without sign and 2^62 / 2^shift taken off after it. *)
Definition LIFT : Z := 2 ^ 62.
Definition shifted_lane (product shift : Z) : Z :=
  (product + (LIFT + 2 ^ (shift - 1))) / 2 ^ shift - LIFT / 2 ^ shift.

(** §2.3. The lifted product fits 64 bits without sign, and the lane gives floor((product + 2^(shift-1)) / 2^shift), the
    rounding of section 2.2, for every |product| <= 2^62 and 1 <= shift <= 62. *)
Theorem shifted_lane_right (product shift : Z) : Z.abs product <= 2 ^ 62 -> 1 <= shift <= 62 ->
  0 <= product + (LIFT + 2 ^ (shift - 1)) < 2 ^ 64 /\
  shifted_lane product shift = (product + 2 ^ (shift - 1)) / 2 ^ shift.
Proof.
  intros Hp Hs; unfold shifted_lane, LIFT.
  assert (0 < 2 ^ (shift - 1)) by (apply Z.pow_pos_nonneg; lia).
  assert (2 ^ (shift - 1) <= 2 ^ 61) by (apply Z.pow_le_mono_r; lia).
  assert (0 < 2 ^ shift) by (apply Z.pow_pos_nonneg; lia).
  split; [lia|].
  replace (2 ^ 62) with (2 ^ (62 - shift) * 2 ^ shift) by (rewrite <- Z.pow_add_r by lia; f_equal; lia).
  rewrite Z.div_mul by lia.
  replace (product + (2 ^ (62 - shift) * 2 ^ shift + 2 ^ (shift - 1)))
    with (product + 2 ^ (shift - 1) + 2 ^ (62 - shift) * 2 ^ shift) by ring.
  rewrite Z.div_add by lia; ring.
Qed.
