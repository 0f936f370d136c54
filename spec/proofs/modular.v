(** * Modular reductions of the fast kernels, one lane at a time

    The functions of src/fast/trusted/kernels/assembly/modular.ts over the unbounded integers: `Z.land v m` is v & m and
    `Z.shiftr v n` is v >> n. The theorems say that every intermediate value fits its lane and that the result is right. *)
From Coq Require Import ZArith Lia.
From Slalom Require Import exactness.
Local Open Scope Z_scope.

Definition fold_M31 (v : Z) : Z := Z.land v M31 + Z.shiftr v 31.
Definition fold_P24 (v : Z) : Z := Z.land v (2 ^ 24 - 1) + 3 * Z.shiftr v 24.

Definition canonical_M31 (v : Z) : Z := let r := fold_M31 (fold_M31 (fold_M31 v)) in if r =? M31 then 0 else r.
Definition canonical_P24 (v : Z) : Z :=
  let r := fold_P24 (fold_P24 (fold_P24 v)) in
  let raised := if r <? 0 then r + P24 else r in
  let lowered := raised - P24 in
  if lowered <? 0 then lowered + P24 else lowered.

Definition shrink_M31 (v : Z) : Z := fold_M31 (v + M31 * 2 ^ 31).
Definition shrink_P24 (v : Z) : Z := fold_P24 (fold_P24 (v + P24 * 2 ^ 38)).

Definition canonicalx4_M31 (v : Z) : Z :=
  let r := fold_M31 (fold_M31 (v + M31 * 2 ^ 24)) in if r =? M31 then 0 else r.
Definition canonicalx4_P24 (v : Z) : Z :=
  let r := fold_P24 (fold_P24 (v + P24 * 2 ^ 31)) in if P24 <=? r then r - P24 else r.

Lemma fold_M31_eq v : fold_M31 v = v mod 2 ^ 31 + v / 2 ^ 31.
Proof.
  unfold fold_M31, M31; change (2 ^ 31 - 1) with (Z.ones 31).
  rewrite Z.land_ones, Z.shiftr_div_pow2 by lia; reflexivity.
Qed.

Lemma fold_P24_eq v : fold_P24 v = v mod 2 ^ 24 + 3 * (v / 2 ^ 24).
Proof.
  unfold fold_P24; change (2 ^ 24 - 1) with (Z.ones 24).
  rewrite Z.land_ones, Z.shiftr_div_pow2 by lia; reflexivity.
Qed.

(** What a fold does, in terms of its quotient. *)
Lemma fold_M31_spec v : exists k, fold_M31 v = v - M31 * k /\ v - (2 ^ 31 - 1) <= 2 ^ 31 * k <= v.
Proof.
  exists (v / 2 ^ 31); rewrite fold_M31_eq; unfold M31.
  pose proof (Z.div_mod v (2 ^ 31) ltac:(lia)); pose proof (Z.mod_pos_bound v (2 ^ 31) ltac:(lia)); lia.
Qed.

Lemma fold_P24_spec v : exists k, fold_P24 v = v - P24 * k /\ v - (2 ^ 24 - 1) <= 2 ^ 24 * k <= v.
Proof.
  exists (v / 2 ^ 24); rewrite fold_P24_eq; unfold P24.
  pose proof (Z.div_mod v (2 ^ 24) ltac:(lia)); pose proof (Z.mod_pos_bound v (2 ^ 24) ltac:(lia)); lia.
Qed.

Lemma residue_is (v p k r : Z) : 0 <= r < p -> v = p * k + r -> r = v mod p.
Proof. intros; apply Z.mod_unique_pos with k; assumption. Qed.

Ltac fold_steps :=
  repeat match goal with
  | |- context [fold_M31 ?v] =>
      lazymatch v with context [fold_M31 _] => fail | _ => idtac end;
      let k := fresh "k" in let E := fresh "E" in let B := fresh "B" in
      destruct (fold_M31_spec v) as [k [E B]]; rewrite E; clear E
  | |- context [fold_P24 ?v] =>
      lazymatch v with context [fold_P24 _] => fail | _ => idtac end;
      let k := fresh "k" in let E := fresh "E" in let B := fresh "B" in
      destruct (fold_P24_spec v) as [k [E B]]; rewrite E; clear E
  end.

(** §1. canonicalM31 gives the residue modulo 2^31 - 1 of every signed 64-bit integer. *)
Theorem canonical_M31_right (v : Z) : - 2 ^ 63 <= v < 2 ^ 63 -> canonical_M31 v = v mod M31.
Proof.
  intros H; unfold canonical_M31; fold_steps; cbv zeta.
  destruct (Z.eqb_spec (v - M31 * k - M31 * k0 - M31 * k1) M31); unfold M31 in *.
  - apply residue_is with (k + k0 + k1 + 1); lia.
  - apply residue_is with (k + k0 + k1); lia.
Qed.

(** §1. canonicalP24 gives the residue modulo 2^24 - 3 of every signed 64-bit integer. *)
Theorem canonical_P24_right (v : Z) : - 2 ^ 63 <= v < 2 ^ 63 -> canonical_P24 v = v mod P24.
Proof.
  intros H; unfold canonical_P24; fold_steps; cbv zeta.
  set (r := v - P24 * k - P24 * k0 - P24 * k1).
  assert (- 6 <= r <= 2 ^ 24 + 5) by (subst r; unfold P24 in *; lia).
  assert (E : v = P24 * (k + k0 + k1) + r) by (subst r; ring).
  assert (R : exists j, -1 <= j <= 1 /\ (let raised := if r <? 0 then r + P24 else r in
    let lowered := raised - P24 in if lowered <? 0 then lowered + P24 else lowered) = r - P24 * j
    /\ 0 <= r - P24 * j < P24).
  { cbv zeta; unfold P24 in *; destruct (Z.ltb_spec r 0) as [neg|pos].
    - exists (-1); rewrite (proj2 (Z.ltb_lt _ _)); lia.
    - destruct (Z.ltb_spec (r - (2 ^ 24 - 3)) 0); [exists 0 | exists 1]; lia. }
  destruct R as [j [_ [eq range]]]; cbv zeta in eq; fold r; rewrite eq.
  apply residue_is with (k + k0 + k1 + j); lia.
Qed.

(** §1. shrink brings every |v| <= 2^61 into [0, 2^31 + 2^32), without changing its residue; the lane it works in stays
    within [0, 2^63). *)
Theorem shrink_M31_right (v : Z) : Z.abs v <= 2 ^ 61 ->
  0 <= v + M31 * 2 ^ 31 < 2 ^ 63 /\ 0 <= shrink_M31 v < 2 ^ 31 + 2 ^ 32 /\ shrink_M31 v mod M31 = v mod M31.
Proof.
  intros H; unfold shrink_M31; fold_steps; split; [unfold M31; lia|]; split; [unfold M31 in *; lia|].
  replace (v + M31 * 2 ^ 31 - M31 * k) with (v + (2 ^ 31 - k) * M31) by ring.
  apply Z.mod_add; unfold M31; lia.
Qed.

(** §1. The same modulo 2^24 - 3: the result is below 2^24 + 3 * (2^17 + 1). *)
Theorem shrink_P24_right (v : Z) : Z.abs v <= 2 ^ 61 ->
  0 <= v + P24 * 2 ^ 38 < 2 ^ 63 /\ 0 <= shrink_P24 v < 2 ^ 24 + 3 * (2 ^ 17 + 1) /\ shrink_P24 v mod P24 = v mod P24.
Proof.
  intros H; unfold shrink_P24; fold_steps; split; [unfold P24; lia|]; split; [unfold P24 in *; lia|].
  replace (v + P24 * 2 ^ 38 - P24 * k - P24 * k0) with (v + (2 ^ 38 - k - k0) * P24) by ring.
  apply Z.mod_add; unfold P24; lia.
Qed.

(** §1. canonicalx4 gives the residue of every v with -2^54 < v < 2^55; after its first fold the values fit 32 bits where
    they are cut to 32 bits. *)
Theorem canonicalx4_M31_right (v : Z) : - 2 ^ 54 < v < 2 ^ 55 ->
  0 <= v + M31 * 2 ^ 24 < 2 ^ 63 /\ 0 <= fold_M31 (fold_M31 (v + M31 * 2 ^ 24)) < 2 ^ 32 /\
  canonicalx4_M31 v = v mod M31.
Proof.
  intros H; unfold canonicalx4_M31; fold_steps; cbv zeta; split; [unfold M31; lia|]; split; [unfold M31 in *; lia|].
  destruct (Z.eqb_spec (v + M31 * 2 ^ 24 - M31 * k - M31 * k0) M31); unfold M31 in *.
  - apply residue_is with (k + k0 + 1 - 2 ^ 24); lia.
  - apply residue_is with (k + k0 - 2 ^ 24); lia.
Qed.

(** §1. The same modulo 2^24 - 3. *)
Theorem canonicalx4_P24_right (v : Z) : - 2 ^ 54 < v < 2 ^ 55 ->
  0 <= v + P24 * 2 ^ 31 < 2 ^ 63 /\ 0 <= fold_P24 (fold_P24 (v + P24 * 2 ^ 31)) < 2 ^ 31 /\
  canonicalx4_P24 v = v mod P24.
Proof.
  intros H; unfold canonicalx4_P24; fold_steps; cbv zeta; split; [unfold P24; lia|]; split; [unfold P24 in *; lia|].
  destruct (Z.leb_spec P24 (v + P24 * 2 ^ 31 - P24 * k - P24 * k0)); unfold P24 in *.
  - apply residue_is with (k + k0 + 1 - 2 ^ 31); lia.
  - apply residue_is with (k + k0 - 2 ^ 31); lia.
Qed.

(** §1. Recombining limb sums stays inside canonicalx4's range, with two limbs of 16 bits and with three of 11: for sums
    that were never spilled (below 2^31) and for sums that were shrunk (in [0, 2^31 + 2^32)). *)
Theorem recombine_in_range (a b c : Z) :
  (Z.abs a <= INT32_MAX /\ Z.abs b <= INT32_MAX /\ Z.abs c <= INT32_MAX) \/
  (0 <= a < 2 ^ 31 + 2 ^ 32 /\ 0 <= b < 2 ^ 31 + 2 ^ 32 /\ 0 <= c < 2 ^ 31 + 2 ^ 32) ->
  - 2 ^ 54 < a + b * 2 ^ 16 < 2 ^ 55 /\ - 2 ^ 54 < a + b * 2 ^ 11 + c * 2 ^ 22 < 2 ^ 55.
Proof. unfold INT32_MAX; lia. Qed.

(** reduceInto: the sign bit is flipped, which adds 2^63, the shift takes no sign, and 2^32 comes off. *)
Definition raised_shift (v : Z) : Z := (v + 2 ^ 63) / 2 ^ 31 - 2 ^ 32.

(** §4.3. For every signed 64-bit v the raised value fits 64 bits without sign, and the lane is v >> 31, as in foldM31. *)
Theorem logical_shift_right (v : Z) : - 2 ^ 63 <= v < 2 ^ 63 ->
  0 <= v + 2 ^ 63 < 2 ^ 64 /\ raised_shift v = Z.shiftr v 31.
Proof.
  intros H; split; [lia|]; unfold raised_shift; rewrite Z.shiftr_div_pow2 by lia.
  replace (v + 2 ^ 63) with (v + 2 ^ 32 * 2 ^ 31) by lia; rewrite Z.div_add by lia; ring.
Qed.
