(** * One linear layer of the protocol, as src/reference/layer.ts and freivalds.ts define it

    Arrays are functions from indices to integers; a map is its list of taps with m outputs and n inputs. *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import transpose integers.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Definition taps_of_integers := seq (tap [comRingType of int]).

(** x + rho mod p: what the device receives. *)
Definition blinded (x rho : nat -> int) (p : int) : nat -> int := fun i => modulo (x i + rho i) p.

(** u = L(rho) mod p. *)
Definition unblinding (taps : taps_of_integers) (rho : nat -> int) (p : int) : nat -> int :=
  fun o => modulo (apply taps rho o) p.

(** y = balanced(z - u mod p). *)
Definition unblinded (z u : nat -> int) (p : int) : nat -> int := fun o => balanced (z o - u o) p.

(** What an honest device answers to a message: L(message) mod p. *)
Definition honest (taps : taps_of_integers) (message : nat -> int) (p : int) : nat -> int :=
  fun o => modulo (apply taps message o) p.

(** folded = transpose of L applied to s, mod q. *)
Definition folded (taps : taps_of_integers) (s : nat -> int) (q : int) : nat -> int :=
  fun i => modulo (transpose taps s i) q.

(** Every y <= bound and -y <= bound. *)
Definition in_range (m : nat) (y : nat -> int) (B : int) : bool := [forall o : 'I_m, (y o <= B) && (- y o <= B)].

(** <s, y> = <folded, x> mod q. *)
Definition fold_holds (m n : nat) (taps : taps_of_integers) (x y : nat -> int) (q : int) (s : nat -> int) : bool :=
  modulo (inner m s y) q == modulo (inner n (folded taps s q) x) q.

(** `accepts`: the range and every fold. *)
Definition accepts (m n : nat) (taps : taps_of_integers) (challenges : seq (nat -> int)) (x y : nat -> int) (B q : int) : bool :=
  in_range m y B && all (fold_holds m n taps x y q) challenges.

(** L reads the entries below n only. *)
Lemma apply_inside (taps : taps_of_integers) (m n : nat) (x x' : nat -> int) o :
  within m n taps -> (forall i, (i < n)%N -> x i = x' i) -> apply taps x o = apply taps x' o.
Proof.
move=> /allP inside same; rewrite !apply_sum big_seq_cond [RHS]big_seq_cond.
by apply: eq_bigr => t /andP[/inside/andP[_ lt] _]; rewrite same.
Qed.

Section Congruence.
Variable p : int.
Implicit Types a b c : int.

Lemma congruent_refl a : congruent p a a. Proof. by rewrite /congruent subrr dvdz0. Qed.
Lemma congruent_sym a b : congruent p a b -> congruent p b a.
Proof. by rewrite /congruent => /dvdzP[k ab]; apply/dvdzP; exists (- k); lia. Qed.
Lemma congruent_trans b a c : congruent p a b -> congruent p b c -> congruent p a c.
Proof. by rewrite /congruent => /dvdzP[k ab] /dvdzP[l bc]; apply/dvdzP; exists (k + l); lia. Qed.
Lemma congruent_add a b c d : congruent p a b -> congruent p c d -> congruent p (a + c) (b + d).
Proof. by rewrite /congruent => /dvdzP[k ab] /dvdzP[l bc]; apply/dvdzP; exists (k + l); lia. Qed.
Lemma congruent_opp a b : congruent p a b -> congruent p (- a) (- b).
Proof. by rewrite /congruent => /dvdzP[k ab]; apply/dvdzP; exists (- k); lia. Qed.
Lemma congruent_mul a b c : congruent p a b -> congruent p (c * a) (c * b).
Proof. by rewrite /congruent -mulrBr; apply: dvdz_mull. Qed.

Lemma congruent_sum (I : Type) (r : seq I) (P : pred I) (f g : I -> int) :
  (forall i, congruent p (f i) (g i)) -> congruent p (\sum_(i <- r | P i) f i) (\sum_(i <- r | P i) g i).
Proof.
by move=> H; elim/big_ind2: _ => //; [exact: congruent_refl | move=> *; exact: congruent_add].
Qed.

Lemma apply_congruent (taps : taps_of_integers) (x x' : nat -> int) o :
  (forall i, congruent p (x i) (x' i)) -> congruent p (apply taps x o) (apply taps x' o).
Proof. by move=> H; rewrite !apply_sum; apply: congruent_sum => t; apply: congruent_mul. Qed.

Lemma inner_congruent (n : nat) (a a' b : nat -> int) :
  (forall i, congruent p (a i) (a' i)) -> congruent p (inner n a b) (inner n a' b).
Proof. by move=> H; apply: congruent_sum => i; rewrite ![_ * b i]mulrC; apply: congruent_mul. Qed.

End Congruence.

Lemma fold_holds_error (m n : nat) (taps : taps_of_integers) (x y : nat -> int) (q : int) (s : nat -> int) :
  0 < q -> within m n taps ->
  fold_holds m n taps x y q s <-> congruent q (inner m s y) (inner m s (apply taps x)).
Proof.
move=> q_gt0 inside.
have same : congruent q (inner n (folded taps s q) x) (inner m s (apply taps x)).
  rewrite (transpose_taps s x inside); apply: inner_congruent => i.
  by have [] := modulo_canonical q_gt0 (transpose taps s i).
rewrite /fold_holds; split=> [/eqP/(modulo_equal q_gt0) H|H].
  exact: congruent_trans H same.
by apply/eqP/modulo_equal => //; apply: congruent_trans H (congruent_sym same).
Qed.

Section Verdict.
Variables (taps : taps_of_integers) (x rho : nat -> int) (p B : int) (o : nat).
Hypotheses (p_gt0 : 0 < p) (small : `|apply taps x o| <= B) (fits : 2 * B < p).

Lemma balanced_congruent a : congruent p (balanced a p) a.
Proof.
have [_ /dvdzP[k eq]] := modulo_canonical p_gt0 a; apply/dvdzP; rewrite /balanced.
by case: ifP => _; [exists (k - 1); lia | exists k].
Qed.

Lemma message_congruent : congruent p (apply taps (blinded x rho p) o) (apply taps x o + apply taps rho o).
Proof.
rewrite -apply_additive; apply: apply_congruent => i.
by have [] := modulo_canonical p_gt0 (x i + rho i).
Qed.

Lemma unblinding_congruent : congruent p (unblinding taps rho p o) (apply taps rho o).
Proof. by have [] := modulo_canonical p_gt0 (apply taps rho o). Qed.

(** §5.4. An honest device's answer, unblinded, is L(x) exactly. *)
Theorem honest_exact : unblinded (honest taps (blinded x rho p) p) (unblinding taps rho p) p o = apply taps x o.
Proof.
apply: (balanced_inverts p_gt0 small fits).
have answer : congruent p (honest taps (blinded x rho p) p o) (apply taps x o + apply taps rho o).
  apply: congruent_trans message_congruent.
  by have [] := modulo_canonical p_gt0 (apply taps (blinded x rho p) o).
have := congruent_add answer (congruent_opp unblinding_congruent); by rewrite addrK.
Qed.

(** §4.3. A canonical answer is right after unblinding exactly when the device answered L(message) mod p: the verdict of
    an ideal check is a function of what the device has seen and said, and so tells it nothing. *)
Theorem ideal_verdict (z : nat -> int) : 0 <= z o < p ->
  unblinded z (unblinding taps rho p) p o = apply taps x o <-> z o = honest taps (blinded x rho p) p o.
Proof.
move=> canonical; split=> [right|answered]; last by rewrite /unblinded answered; exact: honest_exact.
have -> : z o = modulo (z o) p by rewrite modulo_modz // modz_small.
apply/modulo_equal => //; apply: congruent_trans (congruent_sym message_congruent).
have := balanced_congruent (z o - unblinding taps rho p o); rewrite -/(unblinded z _ p o) right => H.
by have := congruent_add (congruent_sym H) unblinding_congruent; rewrite subrK.
Qed.

End Verdict.
