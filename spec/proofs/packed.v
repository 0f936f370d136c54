(** * Packed folds

    The lanes of packed-folds.ts in src/fast/trusted/kernels/assembly: int16 entries times int16 limbs of balanced residues, summed in
    int32 for `inputSteps` vectors and then in int64. That the limbs make up the residue is two_limbs, and that sums of limbs
    recombine is limbs_recombine, in exactness.v. *)
From Coq Require Import ZArith Lia List.
From Slalom Require Import exactness.
Local Open Scope Z_scope.

(** inputSteps in bounds.ts. *)
Definition input_steps (largest : Z) : Z := Z.max 1 (INT32_MAX / (Z.max largest 1 * 2 ^ 16)).

(** §4.3. Each vector adds two products of an entry and a limb to a lane: `inputSteps(largest)` of them fit int32, for every
    largest entry below 2^15. *)
Theorem packed_lane_fits (largest : Z) (terms : list (Z * Z)) : 0 <= largest < 2 ^ 15 ->
  count terms <= 2 * input_steps largest -> at_most largest (2 ^ 15) terms -> Z.abs (sum_products terms) <= INT32_MAX.
Proof.
  intros HL Hn; apply (sum_fits _ _ (2 * input_steps largest)); try lia.
  unfold input_steps; set (d := Z.max largest 1 * 2 ^ 16).
  assert (Hd : 0 < d <= (2 ^ 15 - 1) * 2 ^ 16) by (unfold d; lia).
  pose proof (Z.mul_div_le INT32_MAX d ltac:(lia)).
  assert (1 <= INT32_MAX / d) by (apply Z.div_le_lower_bound; unfold INT32_MAX; lia).
  assert (largest * 2 ^ 15 * 2 <= d) by (unfold d; lia).
  nia.
Qed.

(** A lane of 32 bits, read with its sign. *)
Definition signed (z : Z) : Z := (z + 2 ^ 31) mod 2 ^ 32 - 2 ^ 31.

(** widened: one is taken off the lane, and given back in 64 bits. *)
Definition spilled (sum : Z) : Z := signed (signed sum - 1) + 1.

Lemma signed_is (z k : Z) : - 2 ^ 31 <= z + k * 2 ^ 32 < 2 ^ 31 -> signed z = z + k * 2 ^ 32.
Proof.
  intros H; unfold signed; rewrite <- (Z.mod_unique_pos (z + 2 ^ 31) (2 ^ 32) (- k) (z + k * 2 ^ 32 + 2 ^ 31)); lia.
Qed.

(** §4.3. A lane that is spilled after every vector of int16 entries and limbs is read right, although it may have reached
    2^31; so is every lane that fits int32, its lowest value apart. *)
Theorem spilled_lane_right (sum : Z) : - 2 ^ 31 < sum <= 2 ^ 31 -> spilled sum = sum.
Proof.
  intros H; unfold spilled; destruct (Z.eq_dec sum (2 ^ 31)) as [->|N].
  - reflexivity.
  - rewrite (signed_is sum 0) by lia; rewrite (signed_is (sum + 0 * 2 ^ 32 - 1) 0) by lia; lia.
Qed.

(** §4.3. Two products of int16 entries and int16 limbs lie in the range that spilled_lane_right reads. *)
Theorem one_vector_fits (x y a b : Z) : - 2 ^ 15 <= x <= INT16_MAX -> - 2 ^ 15 <= y <= INT16_MAX ->
  - 2 ^ 15 <= a <= INT16_MAX -> - 2 ^ 15 <= b <= INT16_MAX -> - 2 ^ 31 < x * a + y * b <= 2 ^ 31.
Proof.
  assert (P : forall u v, - 2 ^ 15 <= u <= INT16_MAX -> - 2 ^ 15 <= v <= INT16_MAX -> - 2 ^ 30 < u * v <= 2 ^ 30)
    by (unfold INT16_MAX; intros; nia).
  intros Hx Hy Ha Hb; pose proof (P x a Hx Ha); pose proof (P y b Hy Hb); lia.
Qed.

(** §4.3. What addTo reduces last, sums[t] + low + 2^16 * high of canonical residues, is below 2^48. *)
Theorem packed_total_fits (start l h : Z) : 0 <= start < M31 -> 0 <= l < M31 -> 0 <= h < M31 ->
  0 <= start + l + h * 2 ^ 16 < 2 ^ 48.
Proof. unfold M31; lia. Qed.
