(** * Soundness of one layer: the check of src/reference/freivalds.ts, on integers, against any wrong answer

    This joins the parts: the integers' ranges (integers.v), the transpose identity (transpose.v) and the count over
    the field of q elements (freivalds.v). *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import freivalds transpose integers layer.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Soundness.
(** q is prime. A challenge is m residues below q; `as_integers` reads them as the integers 0 .. q-1. *)
Variables (q : nat) (m n k : nat) (taps : taps_of_integers) (x y : nat -> int) (B : int).
Hypotheses (q_prime : prime q) (inside : within m n taps).
Hypothesis bounded : forall o, (o < m)%N -> `|apply taps x o| <= B.
Hypothesis fits : 2 * B < q%:Z.

Definition as_integers (s : vector 'F_q m) : nat -> int := fun o => if insub o is Some i then (s i : nat)%:Z else 0.

(** The verdict of k challenges on the answer y. *)
Definition verdict (s : vector (vector 'F_q m) k) : bool :=
  accepts m n taps [seq as_integers (s t) | t <- enum 'I_k] x y B q.

(** The error as residues modulo q. *)
Definition error : vector 'F_q m := [ffun o : 'I_m => (y o - apply taps x o)%:~R].

Lemma residue_zero (a : int) : ((a%:~R : 'F_q) == 0) = (q %| a)%Z.
Proof.
have nat_zero (b : nat) : ((b%:R : 'F_q) == 0) = (q %| b)%N.
  by rewrite -(dvdn_charf (char_Fp q_prime)).
case: a => b; first exact: nat_zero.
by rewrite NegzE mulrNz oppr_eq0 nat_zero dvdzE abszN.
Qed.

Lemma fold_misses (s : vector 'F_q m) : fold_holds m n taps x y q (as_integers s) = misses error s.
Proof.
have q_gt0 : 0 < q%:Z by rewrite ltz_nat prime_gt0.
have -> : misses error s = (q %| inner m (as_integers s) y - inner m (as_integers s) (apply taps x))%Z.
  rewrite -residue_zero /misses; congr (_ == _).
  rewrite /inner -sumrB rmorph_sum; apply: eq_bigr => i _ /=.
  rewrite -mulrBr intrM ffunE /as_integers insubT //= => lt; congr (_ * _).
  by rewrite -[LHS](natr_Zp (s i)); congr ((s _ : nat)%:R); apply: val_inj.
by apply/idP/idP => H; apply/(fold_holds_error _ _ _ q_gt0 inside).
Qed.

(** §5.1. The check of one layer, as the reference does it: if y differs from L(x) anywhere, at most (q^(m-1))^k of the
    (q^m)^k tuples of k challenges accept it: the fraction q^-k. None does when y leaves its range. *)
Theorem wrong_answer_accepted_rarely :
  (exists2 o, (o < m)%N & y o != apply taps x o) -> (#|[set s | verdict s]| <= (q ^ m.-1) ^ k)%N.
Proof.
case=> o0 lt0 ne; have [range|out] := boolP (in_range m y B); last first.
  rewrite (_ : [set s | _] = set0) ?cards0 //; apply/setP => s; rewrite !inE.
  by rewrite /verdict /accepts (negbTE out).
have wrong : nonzero error.
  exists (Ordinal lt0); rewrite ffunE residue_zero.
  have /andP[le ge] := forallP range (Ordinal lt0).
  have := error_survives (_ : `|y o0| <= B) (bounded lt0) fits ne; rewrite modulo_modz ?ltz_nat ?prime_gt0 //.
  move=> /(_ _) nz; apply/negP => /dvdz_mod0P/eqP; apply/negP/nz.
  by rewrite ler_norml; move: le ge => /=; lia.
have <- : ((#|'F_q| ^ m.-1) ^ k = (q ^ m.-1) ^ k)%N by rewrite card_Fp.
rewrite -(freivalds_repeated wrong).
apply/subset_leq_card/subsetP => s; rewrite !inE => /andP[_ folds]; apply/forallP => t.
by rewrite -fold_misses; move: folds; rewrite all_map => /allP; apply; rewrite mem_enum.
Qed.

End Soundness.
