(** * Digits of base 256, as the untrusted devices cut numbers

    A digit is an int8. The kernels make all digits of a number at once: in u32, (b + bias) ^ bias, where every byte of the
    bias is 128, holds them as bytes. Sums of products of digits are put together again by Horner's rule. *)
From Coq Require Import ZArith Lia List.
From Slalom Require Import exactness.
Import ListNotations.
Local Open Scope Z_scope.

(** R(n) = 1 + 256 + ... + 256^(n - 1). *)
Definition repunit (n : nat) : Z := (256 ^ Z.of_nat n - 1) / 255.

(** Byte j of a word, a byte read with its sign, and the word that holds the digits of b. *)
Definition byte (j : nat) (w : Z) : Z := (w / 256 ^ Z.of_nat j) mod 256.
Definition signed_byte (c : Z) : Z := (c + 128) mod 256 - 128.
Definition word (bias b : Z) : Z := Z.lxor ((b + bias) mod 2 ^ 32) bias.
Definition digit (bias : Z) (j : nat) (b : Z) : Z := signed_byte (byte j (word bias b)).

(** Horner's rule: f 0 + 256 * (f 1 + 256 * (...)). *)
Fixpoint combined (n : nat) (f : nat -> Z) : Z :=
  match n with
  | O => 0
  | S m => f O + 256 * combined m (fun j => f (S j))
  end.

(** The sum of g w * f x over pairs (w, x). *)
Definition dsum (f g : Z -> Z) (terms : list (Z * Z)) : Z :=
  sum_products (map (fun t => (g (fst t), f (snd t))) terms).

Lemma combined_ext n f g : (forall j, (j < n)%nat -> f j = g j) -> combined n f = combined n g.
Proof.
  revert f g; induction n as [|n IH]; intros f g H; cbn [combined]; [reflexivity|].
  rewrite (H O) by lia; rewrite (IH _ (fun j => g (S j))); [reflexivity|intros; apply H; lia].
Qed.

Lemma combined_sub n f g : combined n (fun j => f j - g j) = combined n f - combined n g.
Proof.
  revert f g; induction n as [|n IH]; intros f g; cbn [combined]; [reflexivity|].
  rewrite (IH (fun j => f (S j)) (fun j => g (S j))); ring.
Qed.

Lemma combined_add n f g : combined n (fun j => f j + g j) = combined n f + combined n g.
Proof.
  revert f g; induction n as [|n IH]; intros f g; cbn [combined]; [reflexivity|].
  rewrite (IH (fun j => f (S j)) (fun j => g (S j))); ring.
Qed.

Lemma combined_scale n c f : combined n (fun j => c * f j) = c * combined n f.
Proof.
  revert f; induction n as [|n IH]; intros f; cbn [combined]; [ring|].
  rewrite (IH (fun j => f (S j))); ring.
Qed.

Lemma combined_zero n : combined n (fun _ => 0) = 0.
Proof. induction n as [|n IH]; cbn [combined]; [reflexivity|rewrite IH; reflexivity]. Qed.

Lemma combined_bytes n v : combined n (fun j => byte j v) = v mod 256 ^ Z.of_nat n.
Proof.
  revert v; induction n as [|n IH]; intros v; [simpl; rewrite Z.mod_1_r; reflexivity|].
  cbn [combined]; rewrite (combined_ext n _ (fun j => byte j (v / 256))).
  - rewrite IH, Nat2Z.inj_succ, Z.pow_succ_r by lia; rewrite Z.rem_mul_r by lia.
    unfold byte; simpl; rewrite Z.div_1_r; reflexivity.
  - intros j _; unfold byte; rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia; rewrite Z.div_div by lia; reflexivity.
Qed.

Lemma byte_range j w : 0 <= byte j w < 256.
Proof. apply Z.mod_pos_bound; lia. Qed.

Lemma byte_lxor j a c : byte j (Z.lxor a c) = Z.lxor (byte j a) (byte j c).
Proof.
  assert (E : forall w, byte j w = Z.land (Z.shiftr w (8 * Z.of_nat j)) (Z.ones 8)).
  { intros w; rewrite Z.land_ones, Z.shiftr_div_pow2 by lia; unfold byte.
    replace (2 ^ (8 * Z.of_nat j)) with (256 ^ Z.of_nat j); [reflexivity|].
    rewrite Z.pow_mul_r by lia; reflexivity. }
  rewrite !E, Z.shiftr_lxor; apply Z.bits_inj'; intros i _; rewrite !Z.lxor_spec, !Z.land_spec, Z.lxor_spec.
  destruct (Z.testbit (Z.shiftr a _) i), (Z.testbit (Z.shiftr c _) i), (Z.testbit (Z.ones 8) i); reflexivity.
Qed.

Lemma flipped c : 0 <= c < 256 -> signed_byte (Z.lxor c 128) = c - 128.
Proof.
  intros H.
  assert (T : forallb (fun n => signed_byte (Z.lxor (Z.of_nat n) 128) =? Z.of_nat n - 128) (seq 0 256) = true)
    by (vm_compute; reflexivity).
  rewrite forallb_forall in T; specialize (T (Z.to_nat c)); rewrite Z2Nat.id in T by lia.
  apply Z.eqb_eq, T, in_seq; lia.
Qed.

(** What holds for a bias with n bytes of 128. *)
Lemma digits_of_word n bias b :
  (forall j, (j < n)%nat -> byte j bias = 128) -> 0 <= b + bias < 2 ^ 32 ->
  combined n (fun j => digit bias j b) = (b + bias) mod 256 ^ Z.of_nat n - bias mod 256 ^ Z.of_nat n /\
  forall j, (j < n)%nat -> -128 <= digit bias j b <= 127.
Proof.
  intros B R.
  assert (E : forall j, (j < n)%nat -> digit bias j b = byte j (b + bias) - byte j bias).
  { intros j lt; unfold digit, word; rewrite byte_lxor, (Z.mod_small _ _ R), (B j lt).
    apply flipped, byte_range. }
  split.
  - rewrite (combined_ext n _ (fun j => byte j (b + bias) - byte j bias) E), combined_sub, !combined_bytes; reflexivity.
  - intros j lt; rewrite (E j lt), (B j lt); pose proof (byte_range j (b + bias)); lia.
Qed.

(** The two biases in use: 128 in just the n bytes (cuda), and in all four (webgpu). *)
Definition short_bias (n : nat) : Z := 128 * repunit n.
Definition full_bias : Z := 0x80808080.

(** §1. For 1 to 4 digits and every b from -128 R(n) to 127 R(n), the low n bytes of (b + bias) ^ bias in u32, read with their
    signs, are int8 digits that make b up again. *)
Theorem digits_right (n : nat) (bias b : Z) : (1 <= n <= 4)%nat -> bias = short_bias n \/ bias = full_bias ->
  -128 * repunit n <= b <= 127 * repunit n ->
  combined n (fun j => digit bias j b) = b /\ forall j, (j < n)%nat -> -128 <= digit bias j b <= 127.
Proof.
  intros N H R.
  assert (F : (forall j, (j < n)%nat -> byte j bias = 128) /\ 0 <= b + bias < 2 ^ 32 /\
    (b + bias) mod 256 ^ Z.of_nat n - bias mod 256 ^ Z.of_nat n = b).
  { assert (J : forall j, (j < 4)%nat -> j = 0%nat \/ j = 1%nat \/ j = 2%nat \/ j = 3%nat) by lia.
    unfold short_bias, full_bias in H.
    assert (n = 1 \/ n = 2 \/ n = 3 \/ n = 4)%nat as [->|[->|[->| ->]]] by lia;
      unfold repunit in *; cbn -[byte] in H, R |- *; destruct H as [->| ->]; (split; [|split]);
      try (intros j lt; destruct (J j ltac:(lia)) as [->|[->|[->| ->]]]; try lia; reflexivity);
      try lia; Z.div_mod_to_equations; lia. }
  destruct F as [F1 [F2 F3]]; destruct (digits_of_word n bias b F1 F2) as [D1 D2]; split; [lia|exact D2].
Qed.

(** ** Sums of products of digits *)

Lemma dsum_cons f g w x rest : dsum f g ((w, x) :: rest) = g w * f x + dsum f g rest.
Proof. reflexivity. Qed.

Lemma dsum_app f g a b : dsum f g (a ++ b) = dsum f g a + dsum f g b.
Proof. unfold dsum; induction a as [|[w x] a IH]; cbn [app map sum_products]; [reflexivity|rewrite IH; ring]. Qed.

Lemma dsum_ext f f' g g' terms : (forall w x, In (w, x) terms -> g w * f x = g' w * f' x) ->
  dsum f g terms = dsum f' g' terms.
Proof.
  induction terms as [|[w x] rest IH]; intros H; [reflexivity|].
  rewrite !dsum_cons, (H w x (or_introl eq_refl)), IH; [reflexivity|intros; apply H; right; assumption].
Qed.

Lemma dsum_bounded f g W M terms : 0 <= W -> 0 <= M ->
  (forall w x, In (w, x) terms -> Z.abs (g w) <= W /\ Z.abs (f x) <= M) -> Z.abs (dsum f g terms) <= count terms * (W * M).
Proof.
  intros HW HM H; unfold dsum.
  replace (count terms) with (count (map (fun t => (g (fst t), f (snd t))) terms))
    by (unfold count; rewrite map_length; reflexivity).
  apply sum_bounded; [assumption|assumption|].
  intros w x I; apply in_map_iff in I; destruct I as [[w' x'] [E I]]; cbn in E; injection E as <- <-; auto.
Qed.

Lemma combined_inputs n f g terms :
  combined n (fun i => dsum (f i) g terms) = dsum (fun x => combined n (fun i => f i x)) g terms.
Proof.
  induction terms as [|[w x] rest IH]; [apply combined_zero|].
  rewrite dsum_cons, <- IH, <- combined_scale, <- combined_add; reflexivity.
Qed.

Lemma combined_weights m f g terms :
  combined m (fun j => dsum f (g j) terms) = dsum f (fun w => combined m (fun j => g j w)) terms.
Proof.
  induction terms as [|[w x] rest IH]; [apply combined_zero|].
  rewrite dsum_cons, <- IH, (Z.mul_comm _ (f x)), <- combined_scale, <- combined_add.
  apply combined_ext; intros; rewrite dsum_cons; ring.
Qed.

(** §1. Recombination of digits on both sides: sums over all pairs of digits, each times its power of 256, are the sum of the
    products of the numbers. *)
Theorem digits_recombine (n m : nat) (f g : nat -> Z -> Z) (terms : list (Z * Z)) :
  combined m (fun j => combined n (fun i => dsum (f i) (g j) terms))
  = dsum (fun x => combined n (fun i => f i x)) (fun w => combined m (fun j => g j w)) terms.
Proof.
  rewrite (combined_ext m _ _ (fun j _ => combined_inputs n f (g j) terms)); apply combined_weights.
Qed.

(** §1. What offsets take away: the sum of (w - v) * (x - u), plus v times the sum of x - u, plus u times the sum of w, is the
    sum of w * x. *)
Theorem offsets_recombine (u v : Z) (terms : list (Z * Z)) :
  dsum (fun x => x - u) (fun w => w - v) terms + v * dsum (fun x => x - u) (fun _ => 1) terms
    + u * dsum (fun _ => 1) (fun w => w) terms = sum_products terms.
Proof. induction terms as [|[w x] rest IH]; [cbn; lia|cbn [sum_products]; rewrite !dsum_cons, <- IH; ring]. Qed.

Lemma dsum_id terms : dsum (fun x => x) (fun w => w) terms = sum_products terms.
Proof. unfold dsum; induction terms as [|[w x] rest IH]; cbn [map sum_products fst snd]; [reflexivity|rewrite IH; reflexivity]. Qed.

(** ** Limbs of which the last takes what is left *)

(** The sum of base^k * f k. *)
Fixpoint in_base (base : Z) (n : nat) (f : nat -> Z) : Z :=
  match n with
  | O => 0
  | S m => f O + base * in_base base m (fun k => f (S k))
  end.

Lemma in_base_256 n f : in_base 256 n f = combined n f.
Proof. revert f; induction n as [|n IH]; intros f; [reflexivity|cbn [in_base combined]; rewrite IH; reflexivity]. Qed.

(** Limb k of n: each but the last is the low `bits` bits of what is left, with their sign. *)
Fixpoint limb (bits : Z) (n k : nat) (b : Z) : Z :=
  match n, k with
  | S O, O => b
  | S (S _), O => low_limb bits b
  | S m, S k' => limb bits m k' (rest_of bits b)
  | O, _ => 0
  end.

(** §1. However many limbs are taken, they make the number up again. *)
Theorem limbs_right (bits : Z) (n : nat) (b : Z) : 1 <= bits -> (1 <= n)%nat ->
  in_base (2 ^ bits) n (fun k => limb bits n k b) = b.
Proof.
  intros HB; revert b; induction n as [|[|n] IH]; intros b N; [lia|cbn [in_base limb]; ring|].
  change (low_limb bits b + 2 ^ bits * in_base (2 ^ bits) (S n) (fun k => limb bits (S n) k (rest_of bits b)) = b).
  rewrite IH by lia; pose proof (limb_split bits b HB); lia.
Qed.

Lemma in_base_dsum base n f g terms :
  in_base base n (fun i => dsum (f i) g terms) = dsum (fun x => in_base base n (fun i => f i x)) g terms.
Proof.
  revert f; induction n as [|n IH]; intros f; cbn [in_base].
  - induction terms as [|[w x] rest IH]; [reflexivity|rewrite dsum_cons, <- IH; ring].
  - rewrite (IH (fun i => f (S i))); clear IH; induction terms as [|[w x] rest IH]; [cbn; ring|].
    rewrite !dsum_cons, <- IH; ring.
Qed.

(** Numbers that are congruent modulo p. *)
Lemma same_residue p a b : (p | a - b) -> a mod p = b mod p.
Proof. intros [k E]; replace a with (b + k * p) by lia; apply Z_mod_plus_full. Qed.

Lemma divides_dsum p f f' g terms : (forall w x, In (w, x) terms -> (p | f x - f' x)) ->
  (p | dsum f g terms - dsum f' g terms).
Proof.
  induction terms as [|[w x] rest IH]; intros H; [exists 0; reflexivity|rewrite !dsum_cons].
  replace (g w * f x + dsum f g rest - (g w * f' x + dsum f' g rest))
    with (g w * (f x - f' x) + (dsum f g rest - dsum f' g rest)) by ring.
  apply Z.divide_add_r; [apply Z.divide_mul_r, (H w x (or_introl eq_refl))|apply IH; intros w' x' I; apply (H w' x'); right; exact I].
Qed.

(** A sum of products is divisible when each part is. *)
Ltac by_parts :=
  repeat lazymatch goal with
  | |- (_ | _ + _) => apply Z.divide_add_r
  | |- (_ | _ * (_ - _)) => apply Z.divide_mul_r
  | |- (_ | _ * (_ + _)) => apply Z.divide_mul_r
  end; try assumption.
