(** * Digits of the CUDA device

    The constants and formulas are those of src/fast/devices/cuda/bounds.ts, the expressions those of its kernels: int8 digits,
    products summed in int32 by the matrix library in an order of its own, and everything after that in 64 bits. A part is a
    list of pairs (weight, entry): the terms of one output, cut where the depth is cut. Padding is pairs with digits 0. *)
From Coq Require Import ZArith Lia List.
From Slalom Require Import exactness modular lanes packed digits.
Import ListNotations.
Local Open Scope Z_scope.

Definition DEPTH_STEP : Z := 32.
Definition DEPTH_LIMIT : Z := 131071 / DEPTH_STEP * DEPTH_STEP.
Definition DIRECT_TERMS : Z := 2 ^ 15.

(** digitPlan: how many digits int16 numbers from lo to hi take, and the offset that is taken off first. *)
Definition plan_digits (lo hi : Z) : nat := if hi - lo <? 256 then 1 else 2.
Definition plan_offset (lo hi : Z) : Z :=
  let R := repunit (plan_digits lo hi) in Z.min (Z.max 0 (hi - 127 * R)) (lo + 128 * R).

(** residuePlan: residues above `top` stand for themselves minus p. *)
Definition residue_digits (p : Z) : nat := if p =? P24 then 3 else 4.
Definition top (p : Z) : Z := Z.min (127 * repunit (residue_digits p)) (p - 1).
Definition centred (p r : Z) : Z := if r <=? top p then r else r - p.

(** `answer` of a modulus: a multiple of p is added, three folds, and p is taken off at most once. *)
Definition LIFT (p : Z) : Z := if p =? P24 then P24 * 2 ^ 38 else M31 * 2 ^ 31.
Definition fold (p v : Z) : Z := if p =? P24 then fold_P24 v else fold_M31 v.
Definition reduce (p t : Z) : Z := let u := fold p (fold p (fold p (t + LIFT p))) in if p <=? u then u - p else u.

Definition int16_range (lo hi : Z) : Prop := - 2 ^ 15 <= lo /\ lo <= hi /\ hi <= INT16_MAX.

Lemma plan_cases lo hi : plan_digits lo hi = 1%nat \/ plan_digits lo hi = 2%nat.
Proof. unfold plan_digits; destruct (_ <? _); auto. Qed.

(** §1. Every number of an int16 range, its offset taken off, is one that the digits reach; one digit for 256 numbers or fewer,
    else two. The offset is at most 2^15 - 128. *)
Theorem plan_fits (lo hi v : Z) : int16_range lo hi -> lo <= v <= hi ->
  - 128 * repunit (plan_digits lo hi) <= v - plan_offset lo hi <= 127 * repunit (plan_digits lo hi) /\
  Z.abs (plan_offset lo hi) <= 2 ^ 15 - 128.
Proof.
  unfold int16_range, INT16_MAX, plan_offset, plan_digits; intros H Hv; cbv zeta.
  destruct (Z.ltb_spec (hi - lo) 256);
    [change (repunit 1) with 1 | change (repunit 2) with 257]; lia.
Qed.

Lemma modulus_cases p : either_modulus p ->
  (p = 2 ^ 24 - 3 /\ residue_digits p = 3%nat /\ top p = 8355711 /\ LIFT p = P24 * 2 ^ 38 /\ forall v, fold p v = fold_P24 v) \/
  (p = 2 ^ 31 - 1 /\ residue_digits p = 4%nat /\ top p = 2139062143 /\ LIFT p = M31 * 2 ^ 31 /\ forall v, fold p v = fold_M31 v).
Proof. intros [->| ->]; [left|right]; repeat split. Qed.

(** §1. A lifted residue is congruent to the residue and one that its digits reach: three for 2^24 - 3, four for 2^31 - 1. *)
Theorem centred_right (p r : Z) : either_modulus p -> 0 <= r < p ->
  - 128 * repunit (residue_digits p) <= centred p r <= 127 * repunit (residue_digits p) /\
  Z.abs (centred p r) <= 2 ^ 31 /\ (p | centred p r - r).
Proof.
  intros Hp Hr; destruct (modulus_cases p Hp) as [[E [D [T _]]]|[E [D [T _]]]]; unfold centred; rewrite D, T;
    [change (repunit 3) with 65793 | change (repunit 4) with 16843009]; subst p;
    (destruct (Z.leb_spec r (8355711)) || idtac); (destruct (Z.leb_spec r (2139062143)) || idtac);
    (split; [lia|]; split; [lia|]; first [exists 0; lia | exists (-1); lia]).
Qed.

(** §1. reduce gives the residue of every |t| <= LIFT(p), which is above 2^61, and works within [0, 2^63). *)
Theorem reduce_right (p t : Z) : either_modulus p -> Z.abs t <= LIFT p ->
  2 ^ 61 + 2 ^ 31 <= LIFT p /\ 0 <= t + LIFT p < 2 ^ 63 /\ reduce p t = t mod p.
Proof.
  intros Hp Ht; unfold reduce.
  destruct (modulus_cases p Hp) as [[E [_ [_ [L F]]]]|[E [_ [_ [L F]]]]]; rewrite !F, L in *; cbv zeta; subst p;
    (split; [unfold P24, M31; lia|]; split; [unfold P24, M31 in *; lia|]); fold_steps.
  - destruct (Z.leb_spec (2 ^ 24 - 3) (t + P24 * 2 ^ 38 - P24 * k - P24 * k0 - P24 * k1)); unfold P24 in *.
    + apply residue_is with (k + k0 + k1 + 1 - 2 ^ 38); lia.
    + apply residue_is with (k + k0 + k1 - 2 ^ 38); lia.
  - destruct (Z.leb_spec (2 ^ 31 - 1) (t + M31 * 2 ^ 31 - M31 * k - M31 * k0 - M31 * k1)); unfold M31 in *.
    + apply residue_is with (k + k0 + k1 + 1 - 2 ^ 31); lia.
    + apply residue_is with (k + k0 + k1 - 2 ^ 31); lia.
Qed.

Lemma reduce_is p t : either_modulus p -> Z.abs t <= 2 ^ 61 + 2 ^ 31 -> 0 <= reduce p t < p /\ (p | reduce p t - t).
Proof.
  intros Hp Ht; assert (H : Z.abs t <= LIFT p)
    by (destruct (modulus_cases p Hp) as [[_ [_ [_ [L _]]]]|[_ [_ [_ [L _]]]]]; rewrite L; unfold P24, M31; lia).
  destruct (reduce_right p t Hp H) as [_ [_ E]]; rewrite E.
  assert (0 < p) by (destruct Hp as [->| ->]; reflexivity).
  split; [apply Z.mod_pos_bound; assumption|].
  exists (- (t / p)); pose proof (Z.div_mod t p ltac:(lia)); lia.
Qed.

(** §1. One accumulator: up to DEPTH_LIMIT = 131040 products of two int8 digits, in any order and grouping, fit int32. *)
Theorem digit_sum_fits (terms : list (Z * Z)) :
  count terms <= DEPTH_LIMIT -> at_most 128 128 terms -> Z.abs (sum_products terms) <= INT32_MAX.
Proof. intros Hn; apply (sum_fits _ _ DEPTH_LIMIT); try lia; vm_compute; discriminate. Qed.

(** ** finish: from the library's sums to answers

    `f i` is digit i of an entry, `g j` digit j of a weight, `dsum (f i) (g j) part` one int32 sum. *)

Fixpoint parts_total (shrink : Z -> Z) (n : nat) (f : nat -> Z -> Z) (g : Z -> Z) (parts : list (list (Z * Z))) : Z :=
  match parts with
  | [] => 0
  | part :: rest => shrink (combined n (fun i => dsum (f i) g part)) + parts_total shrink n f g rest
  end.

Definition total (shrink : Z -> Z) (n m : nat) (f g : nat -> Z -> Z) (offset constant : Z) (parts : list (list (Z * Z))) : Z :=
  combined m (fun j => parts_total shrink n f (g j) parts)
  + offset * shrink (parts_total shrink n f (fun _ => 1) parts) + constant.

Lemma part_bounded n f g part :
  (n <= 4)%nat -> count part <= DEPTH_LIMIT ->
  (forall i w x, (i < n)%nat -> In (w, x) part -> Z.abs (g w) <= 128 /\ Z.abs (f i x) <= 128) ->
  (forall i, (i < n)%nat -> Z.abs (dsum (f i) g part) <= INT32_MAX) /\
  Z.abs (combined n (fun i => dsum (f i) g part)) < 2 ^ 56.
Proof.
  intros N C H.
  assert (A : forall i, (i < n)%nat -> Z.abs (dsum (f i) g part) <= INT32_MAX).
  { intros i lt; pose proof (dsum_bounded (f i) g 128 128 part ltac:(lia) ltac:(lia) (fun w x => H i w x lt)).
    unfold DEPTH_LIMIT, DEPTH_STEP, INT32_MAX in *; change (131071 / 32 * 32) with 131040 in *; lia. }
  split; [exact A|].
  assert (B : forall k h, (k <= 4)%nat -> (forall i, (i < k)%nat -> Z.abs (h i) <= INT32_MAX) -> Z.abs (combined k h) < 2 ^ 56).
  { unfold INT32_MAX; intros k h K HB.
    assert (k = 0 \/ k = 1 \/ k = 2 \/ k = 3 \/ k = 4)%nat as [->|[->|[->|[->| ->]]]] by lia; cbn [combined];
      try (pose proof (HB 0%nat ltac:(lia))); try (pose proof (HB 1%nat ltac:(lia)));
      try (pose proof (HB 2%nat ltac:(lia))); try (pose proof (HB 3%nat ltac:(lia))); lia. }
  apply (B n (fun i => dsum (f i) g part) N A).
Qed.

Section Residues.
Variable p : Z.
Hypothesis Hp : either_modulus p.
Let n := residue_digits p.
Let f (i : nat) (x : Z) : Z := digit (short_bias n) i (centred p x).

Definition residue_terms (lo hi : Z) (terms : list (Z * Z)) : Prop :=
  forall w x, In (w, x) terms -> lo <= w <= hi /\ 0 <= x < p.

Lemma n_range : (1 <= n <= 4)%nat.
Proof. unfold n, residue_digits; destruct (_ =? _); lia. Qed.

Lemma f_right x : 0 <= x < p ->
  combined n (fun i => f i x) = centred p x /\ forall i, (i < n)%nat -> Z.abs (f i x) <= 128.
Proof.
  intros R; destruct (centred_right p x Hp R) as [C _]; pose proof n_range as N.
  destruct (digits_right n (short_bias n) (centred p x) N (or_introl eq_refl) C) as [D B]; split; [exact D|].
  intros i lt; specialize (B i lt); apply Z.abs_le; unfold f; split; [apply Z.le_trans with (-128); [discriminate|apply B]|apply Z.le_trans with 127; [apply B|discriminate]].
Qed.

Lemma parts_total_right (g : Z -> Z) (parts : list (list (Z * Z))) :
  (forall part, In part parts -> count part <= DEPTH_LIMIT) ->
  (forall w x, In (w, x) (concat parts) -> Z.abs (g w) <= 128 /\ 0 <= x < p) ->
  0 <= parts_total (reduce p) n f g parts <= Z.of_nat (length parts) * 2 ^ 31 /\
  (p | parts_total (reduce p) n f g parts - dsum (fun x => x) g (concat parts)).
Proof.
  induction parts as [|part rest IH]; intros C H; [split; [cbn; lia|exists 0; reflexivity]|].
  destruct IH as [IHB IHD].
  { intros q I; apply C; right; exact I. }
  { intros w x I; apply H; cbn; apply in_or_app; right; exact I. }
  assert (HP : forall w x, In (w, x) part -> Z.abs (g w) <= 128 /\ 0 <= x < p)
    by (intros w x I; apply H; cbn; apply in_or_app; left; exact I).
  pose proof n_range as N.
  destruct (part_bounded n f g part (proj2 N) (C part (or_introl eq_refl))) as [_ B].
  { intros i w x lt I; destruct (HP w x I) as [G R]; split; [exact G|apply (f_right x R), lt]. }
  cbn [parts_total concat length]; rewrite Nat2Z.inj_succ, dsum_app.
  set (t := combined n (fun i => dsum (f i) g part)) in *.
  destruct (reduce_is p t Hp ltac:(lia)) as [RB RD].
  assert (p <= 2 ^ 31 - 1) by (destruct Hp as [->| ->]; unfold P24, M31; lia).
  split; [lia|].
  assert (T : (p | t - dsum (fun x => x) g part)).
  { unfold t; rewrite combined_inputs; apply divides_dsum; intros w x I; destruct (HP w x I) as [_ R].
    rewrite (proj1 (f_right x R)); apply (centred_right p x Hp R). }
  replace (reduce p t + parts_total (reduce p) n f g rest - (dsum (fun x => x) g part + dsum (fun x => x) g (concat rest)))
    with ((reduce p t - t) + (t - dsum (fun x => x) g part)
      + (parts_total (reduce p) n f g rest - dsum (fun x => x) g (concat rest))) by ring.
  apply Z.divide_add_r; [apply Z.divide_add_r|]; assumption.
Qed.

(** §1. What the device answers modulo p: for every int16 range of weights, canonical residues and up to 2^15 parts of at most
    DEPTH_LIMIT terms, the 64-bit total is below 2^56 in magnitude and its reduction is the sum of w * x modulo p. *)
Theorem cuda_residues (lo hi : Z) (parts : list (list (Z * Z))) :
  let m := plan_digits lo hi in let v := plan_offset lo hi in
  let g j w := digit (short_bias m) j (w - v) in
  let t := total (reduce p) n m f g v 0 parts in
  int16_range lo hi -> Z.of_nat (length parts) <= 2 ^ 15 ->
  (forall part, In part parts -> count part <= DEPTH_LIMIT) -> residue_terms lo hi (concat parts) ->
  Z.abs t < 2 ^ 56 /\ reduce p t = sum_products (concat parts) mod p.
Proof.
  cbv zeta; set (m := plan_digits lo hi); set (v := plan_offset lo hi).
  set (g := fun j w => digit (short_bias m) j (w - v)); intros HR HL HC HT.
  assert (M : m = 1%nat \/ m = 2%nat) by apply plan_cases.
  assert (HV : Z.abs v <= 2 ^ 15) by (unfold int16_range, INT16_MAX in HR;
    pose proof (plan_fits lo hi lo ltac:(unfold int16_range, INT16_MAX; lia) ltac:(lia)); unfold v; lia).
  assert (G : forall w x, In (w, x) (concat parts) ->
    combined m (fun j => g j w) = w - v /\ forall j, (j < m)%nat -> Z.abs (g j w) <= 128).
  { intros w x I; destruct (HT w x I) as [W _]; destruct (plan_fits lo hi w HR W) as [F _].
    destruct (digits_right m (short_bias m) (w - v) ltac:(lia) (or_introl eq_refl) F) as [D B]; split; [exact D|].
    intros j lt; specialize (B j lt); unfold g; lia. }
  assert (P : forall j, (j < m)%nat -> 0 <= parts_total (reduce p) n f (g j) parts <= 2 ^ 46 /\
    (p | parts_total (reduce p) n f (g j) parts - dsum (fun x => x) (g j) (concat parts))).
  { intros j lt; destruct (parts_total_right (g j) parts HC) as [B D]; [|split; [lia|exact D]].
    intros w x I; split; [apply (G w x I), lt|apply (HT w x I)]. }
  destruct (parts_total_right (fun _ => 1) parts HC) as [OB OD]; [intros w x I; split; [lia|apply (HT w x I)]|].
  set (ones := parts_total (reduce p) n f (fun _ => 1) parts) in *.
  destruct (reduce_is p ones Hp ltac:(lia)) as [SB SD].
  assert (p <= 2 ^ 31 - 1) by (destruct Hp as [->| ->]; unfold P24, M31; lia).
  assert (OV : Z.abs (v * reduce p ones) <= 2 ^ 15 * 2 ^ 31)
    by (rewrite Z.abs_mul; apply Z.mul_le_mono_nonneg; lia).
  assert (TB : Z.abs (total (reduce p) n m f g v 0 parts) < 2 ^ 56).
  { unfold total; fold ones; destruct M as [E|E]; rewrite E in *; cbn [combined];
      pose proof (P 0%nat ltac:(lia)); try (pose proof (P 1%nat ltac:(lia))); lia. }
  split; [exact TB|].
  assert (p > 0) by (destruct Hp as [->| ->]; reflexivity).
  destruct (reduce_is p _ Hp (Z.lt_le_incl _ _ (Z.lt_le_trans _ _ (2 ^ 61 + 2 ^ 31) TB ltac:(lia)))) as [B D].
  rewrite <- (Z.mod_small _ _ B); apply same_residue.
  set (t := total (reduce p) n m f g v 0 parts) in *.
  replace (reduce p t - sum_products (concat parts))
    with ((reduce p t - t) + (t - sum_products (concat parts))) by ring.
  apply Z.divide_add_r; [exact D|].
  assert (S : sum_products (concat parts) =
    combined m (fun j => dsum (fun x => x) (g j) (concat parts)) + v * dsum (fun x => x) (fun _ => 1) (concat parts)).
  { rewrite combined_weights, (dsum_ext _ (fun x => x) _ (fun w => w - v)).
    - rewrite <- dsum_id; clear; induction (concat parts) as [|[w x] rest IH]; [cbn; lia|rewrite !dsum_cons, IH; ring].
    - intros w x I; rewrite (proj1 (G w x I)); reflexivity. }
  rewrite S; unfold t, total; fold ones.
  set (one := dsum (fun x => x) (fun _ => 1) (concat parts)) in *.
  replace (combined m (fun j => parts_total (reduce p) n f (g j) parts) + v * reduce p ones + 0
      - (combined m (fun j => dsum (fun x => x) (g j) (concat parts)) + v * one))
    with (combined m (fun j => parts_total (reduce p) n f (g j) parts) - combined m (fun j => dsum (fun x => x) (g j) (concat parts))
      + v * ((reduce p ones - ones) + (ones - one))) by ring.
  apply Z.divide_add_r; [|apply Z.divide_mul_r, Z.divide_add_r; assumption].
  rewrite <- combined_sub; destruct M as [E|E]; rewrite E in *; cbn [combined].
  - apply Z.divide_add_r; [apply (P 0%nat); lia|apply Z.divide_0_r].
  - apply Z.divide_add_r; [apply (P 0%nat); lia|apply Z.divide_mul_r].
    apply Z.divide_add_r; [apply (P 1%nat); lia|apply Z.divide_0_r].
Qed.

(** ** Direct kernels: 64-bit sums of whole products *)

Definition direct_step (state : Z * Z) (term : Z * Z) : Z * Z :=
  let sum := fst state + fst term * centred p (snd term) in
  if snd state + 1 =? DIRECT_TERMS then (reduce p sum, 0) else (sum, snd state + 1).

Lemma direct_invariant terms start done sum :
  Z.abs start <= p + done * 2 ^ 46 -> 0 <= done < DIRECT_TERMS -> (p | start - sum) ->
  residue_terms (- 2 ^ 15) INT16_MAX terms ->
  let last := fst (fold_left direct_step terms (start, done)) in
  Z.abs last < 2 ^ 61 + 2 ^ 31 /\ (p | last - (sum + sum_products terms)).
Proof.
  assert (Pb : 0 < p <= 2 ^ 31 - 1) by (destruct Hp as [->| ->]; unfold P24, M31; lia).
  unfold DIRECT_TERMS; cbv zeta.
  revert start done sum; induction terms as [|[w x] rest IH]; intros start done sum HB HD HS HT.
  - cbn [fold_left fst sum_products]; split; [lia|]; replace (start - (sum + 0)) with (start - sum) by ring; exact HS.
  - destruct (HT w x (or_introl eq_refl)) as [W R]; unfold INT16_MAX in W.
    destruct (centred_right p x Hp R) as [_ [C D]].
    assert (PB : Z.abs (w * centred p x) <= 2 ^ 46) by
      (rewrite Z.abs_mul; change (2 ^ 46) with (2 ^ 15 * 2 ^ 31); apply Z.mul_le_mono_nonneg; lia).
    assert (PD : (p | start + w * centred p x - (sum + w * x))).
    { replace (start + w * centred p x - (sum + w * x)) with ((start - sum) + w * (centred p x - x)) by ring.
      apply Z.divide_add_r; [exact HS|apply Z.divide_mul_r, D]. }
    cbn [fold_left sum_products]; rewrite Z.add_assoc.
    assert (ST : direct_step (start, done) (w, x) = if done + 1 =? 2 ^ 15 then (reduce p (start + w * centred p x), 0)
      else (start + w * centred p x, done + 1)) by reflexivity.
    rewrite ST.
    assert (HT' : residue_terms (- 2 ^ 15) INT16_MAX rest) by (intros w' x' I; apply HT; right; exact I).
    destruct (Z.eqb_spec (done + 1) (2 ^ 15)).
    + destruct (reduce_is p (start + w * centred p x) Hp ltac:(lia)) as [RB RD].
      apply IH; [lia|lia| |exact HT'].
      replace (reduce p (start + w * centred p x) - (sum + w * x)) with
        ((reduce p (start + w * centred p x) - (start + w * centred p x)) + (start + w * centred p x - (sum + w * x))) by ring.
      apply Z.divide_add_r; assumption.
    + apply IH; [lia|lia|exact PD|exact HT'].
Qed.

(** §1. The direct kernels modulo p, which reduce after every DIRECT_TERMS products: however many terms there are, each sum is
    below 2^61 + 2^31 <= LIFT(p), and the answer is the sum of w * x modulo p. *)
Theorem cuda_direct (terms : list (Z * Z)) : residue_terms (- 2 ^ 15) INT16_MAX terms ->
  let last := fst (fold_left direct_step terms (0, 0)) in
  Z.abs last < 2 ^ 61 + 2 ^ 31 /\ reduce p last = sum_products terms mod p.
Proof.
  intros HT; assert (Pb : 0 < p) by (destruct Hp as [->| ->]; reflexivity).
  destruct (direct_invariant terms 0 0 0 ltac:(lia) ltac:(unfold DIRECT_TERMS; lia) (Z.divide_0_r p) HT) as [B D].
  cbv zeta in *; split; [exact B|].
  destruct (reduce_is p _ Hp (Z.lt_le_incl _ _ B)) as [RB RD].
  rewrite <- (Z.mod_small _ _ RB); apply same_residue.
  set (last := fst (fold_left direct_step terms (0, 0))) in *.
  replace (reduce p last - sum_products terms) with ((reduce p last - last) + (last - (0 + sum_products terms))) by ring.
  apply Z.divide_add_r; assumption.
Qed.

End Residues.

(** ** Over the integers: nothing is reduced *)

Lemma parts_total_whole n f g parts :
  parts_total (fun t => t) n f g parts = dsum (fun x => combined n (fun i => f i x)) g (concat parts).
Proof.
  induction parts as [|part rest IH]; [reflexivity|].
  cbn [parts_total concat]; rewrite IH, dsum_app, combined_inputs; reflexivity.
Qed.

(** §1. What the device answers over the integers: for int16 ranges of weights and of entries, with offsets u and v, and a depth
    up to 2^31, the low and high weight digits' sums, the correction and the constant are each at most 2^62 - 1 in
    magnitude, the total is the sum of w * x, and its low 32 bits are that sum when it fits int32. *)
Theorem cuda_integers (lo hi minimum maximum : Z) (parts : list (list (Z * Z))) :
  let m := plan_digits lo hi in let v := plan_offset lo hi in
  let n := plan_digits minimum maximum in let u := plan_offset minimum maximum in
  let f i x := digit (short_bias n) i (x - u) in let g j w := digit (short_bias m) j (w - v) in
  let constant := u * dsum (fun _ => 1) (fun w => w) (concat parts) in
  let t := total (fun t => t) n m f g v constant parts in
  int16_range lo hi -> int16_range minimum maximum -> count (concat parts) <= LARGEST_DEPTH ->
  (forall w x, In (w, x) (concat parts) -> lo <= w <= hi /\ minimum <= x <= maximum) ->
  (forall j, (j < m)%nat -> Z.abs (256 * parts_total (fun t => t) n f (g j) parts) < 2 ^ 62) /\
  Z.abs (v * parts_total (fun t => t) n f (fun _ => 1) parts) < 2 ^ 62 /\ Z.abs constant < 2 ^ 62 /\
  t = sum_products (concat parts) /\
  (Z.abs (sum_products (concat parts)) <= INT32_MAX -> signed t = sum_products (concat parts)).
Proof.
  cbv zeta; set (m := plan_digits lo hi); set (v := plan_offset lo hi).
  set (n := plan_digits minimum maximum); set (u := plan_offset minimum maximum).
  set (f := fun i x => digit (short_bias n) i (x - u)); set (g := fun j w => digit (short_bias m) j (w - v)).
  intros HW HX HC HT; set (terms := concat parts) in *.
  assert (M : m = 1%nat \/ m = 2%nat) by apply plan_cases.
  assert (N : n = 1%nat \/ n = 2%nat) by apply plan_cases.
  assert (HV : Z.abs v <= 2 ^ 15 - 128) by (unfold int16_range, INT16_MAX in HW;
    pose proof (plan_fits lo hi lo ltac:(unfold int16_range, INT16_MAX; lia) ltac:(lia)); unfold v; lia).
  assert (HU : Z.abs u <= 2 ^ 15 - 128) by (unfold int16_range, INT16_MAX in HX;
    pose proof (plan_fits minimum maximum minimum ltac:(unfold int16_range, INT16_MAX; lia) ltac:(lia)); unfold u; lia).
  assert (R1 : repunit 1 = 1) by reflexivity; assert (R2 : repunit 2 = 257) by reflexivity.
  assert (F : forall w x, In (w, x) terms -> combined n (fun i => f i x) = x - u /\ Z.abs (x - u) <= 32896).
  { intros w x I; destruct (HT w x I) as [_ X]; destruct (plan_fits minimum maximum x HX X) as [B _].
    destruct (digits_right n (short_bias n) (x - u) ltac:(lia) (or_introl eq_refl) B) as [D _].
    split; [exact D|]; fold n u in B; destruct N as [E|E]; rewrite E in B; lia. }
  assert (G : forall w x, In (w, x) terms ->
    combined m (fun j => g j w) = w - v /\ forall j, (j < m)%nat -> Z.abs (g j w) <= 128).
  { intros w x I; destruct (HT w x I) as [W _]; destruct (plan_fits lo hi w HW W) as [B _].
    destruct (digits_right m (short_bias m) (w - v) ltac:(lia) (or_introl eq_refl) B) as [D E]; split; [exact D|].
    intros j lt; specialize (E j lt); unfold g; lia. }
  assert (K : forall h W, 0 <= W -> (forall w x, In (w, x) terms -> Z.abs (h w) <= W) ->
    Z.abs (parts_total (fun t => t) n f h parts) <= 2 ^ 31 * (W * 32896)).
  { intros h W HW0 Hh; rewrite parts_total_whole; fold terms.
    pose proof (dsum_bounded (fun x => combined n (fun i => f i x)) h W 32896 terms HW0 ltac:(lia)) as B.
    assert (count terms * (W * 32896) <= 2 ^ 31 * (W * 32896))
      by (apply Z.mul_le_mono_nonneg_r; unfold LARGEST_DEPTH in HC; lia).
    assert (Z.abs (dsum (fun x => combined n (fun i => f i x)) h terms) <= count terms * (W * 32896)); [|lia].
    apply B; intros w x I; split; [apply (Hh w x I)|]; destruct (F w x I) as [E L]; rewrite E; exact L. }
  split; [intros j lt; pose proof (K (g j) 128 ltac:(lia) (fun w x I => proj2 (G w x I) j lt)); lia|].
  split.
  { pose proof (K (fun _ => 1) 1 ltac:(lia) ltac:(intros; lia)) as B; rewrite Z.abs_mul.
    apply Z.le_lt_trans with ((2 ^ 15 - 128) * (2 ^ 31 * (1 * 32896))); [|lia].
    apply Z.mul_le_mono_nonneg; lia. }
  split.
  { assert (B : Z.abs (dsum (fun _ => 1) (fun w => w) terms) <= count terms * (2 ^ 15 * 1))
      by (apply dsum_bounded; try lia; intros w x I; destruct (HT w x I) as [W _];
        unfold int16_range, INT16_MAX in HW; lia).
    rewrite Z.abs_mul; apply Z.le_lt_trans with ((2 ^ 15 - 128) * (2 ^ 31 * 2 ^ 15)); [|lia].
    apply Z.mul_le_mono_nonneg; unfold LARGEST_DEPTH in HC; lia. }
  assert (T : total (fun t => t) n m f g v (u * dsum (fun _ => 1) (fun w => w) terms) parts = sum_products terms).
  { unfold total; rewrite parts_total_whole; fold terms.
    rewrite (combined_ext m _ (fun j => dsum (fun x => combined n (fun i => f i x)) (g j) terms))
      by (intros; apply parts_total_whole).
    rewrite combined_weights, <- (offsets_recombine u v terms).
    f_equal; f_equal; [|f_equal]; apply dsum_ext; intros w x I; cbv beta; rewrite (proj1 (F w x I));
      [rewrite (proj1 (G w x I))|]; reflexivity. }
  split; [exact T|]; intros L; rewrite T; unfold INT32_MAX in L; rewrite (signed_is _ 0); lia.
Qed.

(** §1. Where entries and weights are their own single digits and the depth is not cut, the library's sum is the answer. *)
Theorem cuda_plain (terms : list (Z * Z)) :
  (forall w x, In (w, x) terms -> -128 <= w <= 127 /\ -128 <= x <= 127) ->
  dsum (digit (short_bias 1) 0) (digit (short_bias 1) 0) terms = sum_products terms.
Proof.
  intros H; rewrite <- dsum_id; apply dsum_ext; intros w x I; destruct (H w x I) as [W X].
  change (repunit 1) with 1 in *.
  destruct (digits_right 1 (short_bias 1) w ltac:(lia) (or_introl eq_refl)) as [EW _]; [change (repunit 1) with 1; lia|].
  destruct (digits_right 1 (short_bias 1) x ltac:(lia) (or_introl eq_refl)) as [EX _]; [change (repunit 1) with 1; lia|].
  cbn [combined] in EW, EX; lia.
Qed.
