(** * Completeness: an honest device is always accepted, and the result is L(x) *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import transpose integers layer.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Completeness.
(** A map with m outputs, n inputs and bound B, an input x on which the bound holds, and any challenges. *)
Variables (m n : nat) (taps : taps_of_integers) (x : nat -> int) (challenges : seq (nat -> int)) (B q : int).
Hypotheses (inside : within m n taps) (bounded : forall o, (o < m)%N -> `|apply taps x o| <= B) (q_gt0 : 0 < q).

(** §5.4. The right answer passes the range check and every fold, whatever the challenges are. *)
Theorem right_answer_accepted (y : nat -> int) :
  (forall o, (o < m)%N -> y o = apply taps x o) -> accepts m n taps challenges x y B q.
Proof.
move=> right; apply/andP; split.
  by apply/forallP => o; rewrite right //; have := bounded (ltn_ord o); lia.
elim: challenges => //= s rest ->; rewrite andbT; apply/fold_holds_error => //.
have -> : inner m s y = inner m s (apply taps x) by apply: eq_bigr => o _; rewrite right.
exact: congruent_refl.
Qed.

(** §5.4. Without privacy: an honest device answers L(x), is accepted, and the result is L(x). *)
Theorem honest_plain_accepted : accepts m n taps challenges x (apply taps x) B q.
Proof. exact: right_answer_accepted. Qed.

Section Private.
Variables (rho : nat -> int) (p : int).
Hypotheses (p_gt0 : 0 < p) (fits : 2 * B < p).

Let message := blinded x rho p.
Let answer := honest taps message p.
Let y := unblinded answer (unblinding taps rho p) p.

(** §5.4. With privacy: every entry of an honest answer is canonical, the check accepts it whatever pads and challenges
    are, and the result equals L(x) in every entry. *)
Theorem honest_private_accepted :
  [/\ forall o, 0 <= answer o < p,
      accepts m n taps challenges x y B q &
      forall o, (o < m)%N -> y o = apply taps x o].
Proof.
have right o : (o < m)%N -> y o = apply taps x o by move=> lt; exact: honest_exact p_gt0 (bounded lt) fits.
split=> // [o|]; last exact: right_answer_accepted.
by have [] := modulo_canonical p_gt0 (apply taps message o).
Qed.

End Private.
End Completeness.
