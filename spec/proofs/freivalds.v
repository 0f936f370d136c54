(** * Freivalds' check over a finite field: how many challenges miss an error

    F is any finite field (the protocol takes the integers modulo q = 2^31 - 1). A vector of F^n is a function from
    the indices 0 .. n-1 to F. E is the error: what the device answered minus what it should have answered.
    "#|A|" is the number of elements of A, "n.-1" is n - 1, "%N" marks natural numbers. *)
From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

(** The vectors T^n. *)
Notation vector T n := {ffun 'I_n -> T}.

Section Counting.
Variables (T : finType) (n : nat).

(** The vectors whose entry i lies in S i, and those with every entry in one set S. *)
Definition box (S : 'I_n -> {set T}) := [set s : vector T n | [forall i, s i \in S i]].
Definition over (S : {set T}) := box (fun=> S).

Lemma card_box (S : 'I_n -> {set T}) : #|box S| = (\prod_i #|S i|)%N.
Proof.
transitivity #|(family (fun i => mem (S i)) : simpl_pred (vector T n))|.
  by apply: eq_card => s; rewrite !inE; apply/forallP/familyP => [H x|H i]; exact: H.
by rewrite card_family foldrE big_map -big_enum.
Qed.

Lemma card_over (S : {set T}) : #|over S| = (#|S| ^ n)%N.
Proof. by rewrite card_box prod_nat_const card_ord. Qed.

Definition agree_except (i0 : 'I_n) (s s' : vector T n) := forall i, i != i0 -> s i = s' i.

(** If one entry of a vector is determined by the others, there are at most |S|^(n-1) such vectors over S. *)
Lemma count_determined (S : {set T}) (P : pred (vector T n)) (i0 : 'I_n) :
  (forall s s', P s -> P s' -> agree_except i0 s s' -> s = s') ->
  (#|[set s in over S | P s]| <= #|S| ^ n.-1)%N.
Proof.
move=> determined; set A := [set s in over S | P s].
have [->|[w _]] := set_0Vmem A; first by rewrite cards0.
pose clear (s : vector T n) : vector T n := [ffun i => if i == i0 then w i0 else s i].
have inj : {in A &, injective clear}.
  move=> s s'; rewrite !inE => /andP[_ Ps] /andP[_ Ps'] E; apply: determined => // i ne.
  by move/ffunP: E => /(_ i); rewrite !ffunE (negbTE ne).
rewrite -(card_in_imset inj).
pose cell i := if i == i0 then [set w i0] else S.
have sub : clear @: A \subset box cell.
  apply/subsetP => _ /imsetP[s + ->]; rewrite !inE => /andP[/forallP inS _].
  by apply/forallP => i; rewrite ffunE /cell; case: ifP => // _; rewrite inE.
apply: leq_trans (subset_leq_card sub) _.
rewrite card_box (bigD1 i0) //= /cell eqxx cards1 mul1n.
rewrite (eq_bigr (fun=> #|S|)) => [|i /negbTE->//].
by rewrite prod_nat_const cardC1 card_ord.
Qed.

End Counting.

(** <s, E>: the sum of s[i] * E[i]. *)
Definition dot (R : ringType) (n : nat) (s E : 'I_n -> R) : R := \sum_i s i * E i.

Definition nonzero (R : ringType) (n : nat) (E : 'I_n -> R) := exists i, E i != 0.

(** The challenge s misses the error E: it cannot tell the wrong answer from the right one. *)
Definition misses (R : ringType) (n : nat) (E s : 'I_n -> R) : bool := dot s E == 0.

Section OneChallenge.
Variables (F : finFieldType) (n : nat) (E : vector F n).
Hypothesis wrong : nonzero E.

Lemma missed_determined (i0 : 'I_n) : E i0 != 0 ->
  forall s s' : vector F n, misses E s -> misses E s' -> agree_except i0 s s' -> s = s'.
Proof.
move=> ne s s' /eqP H /eqP H' agree; apply/ffunP => i.
have [->|/agree//] := eqVneq i i0; apply: (mulIf ne).
have := etrans H (esym H'); rewrite /dot (bigD1 i0) //= [in RHS](bigD1 i0) //=.
rewrite (eq_bigr (fun i => s' i * E i)) => [/addIr//|j /agree->//].
Qed.

(** §5.1. If the error E is not zero, exactly |F|^(n-1) of the |F|^n challenges s miss it (give <s, E> = 0): the
    fraction 1/|F|. *)
Theorem freivalds_exact : #|[set s : vector F n | misses E s]| = (#|F| ^ n.-1)%N.
Proof.
have [i0 ne] := wrong; apply/eqP; rewrite eqn_leq; apply/andP; split.
  have := count_determined [set: F] (missed_determined ne); rewrite cardsT; apply: leq_trans.
  by apply/subset_leq_card/subsetP => s; rewrite !inE => ->; rewrite andbT; apply/forallP => i; rewrite inE.
pose cell i := if i == i0 then [set 0] else [set: F].
have <- : #|box cell| = (#|F| ^ n.-1)%N.
  rewrite card_box (bigD1 i0) //= /cell eqxx cards1 mul1n.
  rewrite (eq_bigr (fun=> #|F|)) => [|i /negbTE->]; last by rewrite cardsT.
  by rewrite prod_nat_const cardC1 card_ord.
pose solve (s : vector F n) : vector F n := [ffun i => if i == i0 then - (dot s E / E i0) else s i].
have inj : {in box cell &, injective solve}.
  move=> s s'; rewrite !inE => /forallP Hs /forallP Hs' /ffunP eq; apply/ffunP => i.
  have [->|ne_i] := eqVneq i i0; last by have := eq i; rewrite !ffunE (negbTE ne_i).
  by have := (Hs i0, Hs' i0); rewrite /cell eqxx !inE => -[/eqP-> /eqP->].
rewrite -(card_in_imset inj); apply/subset_leq_card/subsetP => _ /imsetP[s Hs ->].
rewrite inE /misses /dot (bigD1 i0) //= ffunE eqxx mulNr mulfVK //.
move: Hs; rewrite inE => /forallP/(_ i0); rewrite /cell eqxx inE => /eqP s0.
rewrite /dot (bigD1 i0) //= s0 mul0r add0r addrC -sumrB big1 // => i /negbTE ne_i.
by rewrite ffunE ne_i subrr.
Qed.

(** §5.1. If the entries of s come from a subset S of the field only, at most |S|^(n-1) of the |S|^n challenges miss the
    error: the fraction 1/|S|. *)
Theorem freivalds_subset (S : {set F}) : (#|[set s in over n S | misses E s]| <= #|S| ^ n.-1)%N.
Proof. by have [i0 ne] := wrong; apply: count_determined (missed_determined ne). Qed.

(** §5.1. Of the tuples of k independent challenges, exactly (|F|^(n-1))^k miss the error every time: the fraction
    |F|^-k. *)
Theorem freivalds_repeated (k : nat) :
  #|[set s : vector (vector F n) k | [forall t, misses E (s t)]]| = ((#|F| ^ n.-1) ^ k)%N.
Proof.
rewrite -freivalds_exact -card_over; apply: eq_card => s; rewrite !inE.
by apply: eq_forallb => t; rewrite inE.
Qed.

(** §5.1. The same for k challenges with entries from S: at most (|S|^(n-1))^k tuples. *)
Theorem freivalds_subset_repeated (S : {set F}) (k : nat) :
  (#|[set s in over k (over n S) | [forall t, misses E (s t)]]| <= (#|S| ^ n.-1) ^ k)%N.
Proof.
have -> : [set s in over k (over n S) | [forall t, misses E (s t)]] = over k [set s in over n S | misses E s].
  apply/setP => s; rewrite !inE; apply/andP/forallP => [[/forallP inS /forallP miss] t|both].
    by have := inS t; rewrite !inE => ->; exact: miss.
  by split; apply/forallP => t; have := both t; rewrite !inE => /andP[].
by rewrite card_over; case: k => // k; rewrite leq_exp2r ?freivalds_subset.
Qed.

End OneChallenge.

Lemma rank_one_arithmetic (c m n N M : nat) : (N <= c ^ n -> N + M = c ^ n.+1 ->
  N * c ^ m.+1 + M * c ^ m <= (2 * c - 1) * c ^ (m + n))%N.
Proof.
case: c => [|d] few total.
  rewrite exp0n // in total.
  by have [-> ->] : N = 0%N /\ M = 0%N by case: (N) (M) total => [|?] [|?].
have -> : (2 * d.+1 - 1 = d + d.+1)%N by rewrite mul2n -addnn addSn subn1.
have -> : (N * d.+1 ^ m.+1 + M * d.+1 ^ m = N * d * d.+1 ^ m + (N + M) * d.+1 ^ m)%N.
  by rewrite expnS mulnA mulnS !mulnDl addnCA addnA.
rewrite total mulnDl leq_add //; last by rewrite expnS -mulnA -expnD addnC.
by rewrite mulnAC mulnC leq_mul // expnD mulnC leq_mul.
Qed.

Section RankOne.
Variables (F : finFieldType) (m n : nat) (E : 'I_m -> 'I_n -> F) (S : {set F}).
Hypothesis wrong : exists i j, E i j != 0.

(** The structured challenge s[i, j] = a[i] * b[j] misses the error matrix E. *)
Definition misses_rank_one (a : vector F m) (b : vector F n) : bool := \sum_i \sum_j a i * b j * E i j == 0.

(** §5.1. A rank-one challenge, a from S^m and b from S^n, misses a nonzero m x n error for at most
    (2|S| - 1) * |S|^(m+n-2) of the |S|^(m+n) pairs: such structure MUST be charged for. *)
Theorem freivalds_rank_one :
  (#|[set ab in setX (over m S) (over n S) | misses_rank_one ab.1 ab.2]|
   <= (2 * #|S| - 1) * #|S| ^ (m + n - 2))%N.
Proof.
have [i0 [j0 ne]] := wrong; set c := #|S|.
have [m' Em] : exists m', m = m'.+1 by exists m.-1; rewrite prednK // (leq_ltn_trans _ (ltn_ord i0)).
have [n' En] : exists n', n = n'.+1 by exists n.-1; rewrite prednK // (leq_ltn_trans _ (ltn_ord j0)).
pose row (b : vector F n) : vector F m := [ffun i => \sum_j b j * E i j].
have missE a b : misses_rank_one a b = misses (row b) a.
  congr (_ == _); apply: eq_bigr => i _; rewrite ffunE mulr_sumr.
  by apply: eq_bigr => j _; rewrite mulrA.
pose bad := [set b in over n S | row b i0 == 0].
have few_bad : (#|bad| <= c ^ n')%N.
  rewrite (_ : n' = n.-1); last by rewrite En.
  have := @freivalds_subset F n [ffun j => E i0 j]; rewrite /c => H.
  have -> : bad = [set b in over n S | misses [ffun j => E i0 j] b].
    apply/setP => b; rewrite !inE; congr (_ && (_ == _)); rewrite ffunE.
    by apply: eq_bigr => j _; rewrite ffunE.
  by apply: H; exists j0; rewrite ffunE.
have fibre b : (#|[set a in over m S | misses_rank_one a b]| <= if row b i0 == 0%R then c ^ m'.+1 else c ^ m')%N.
  case: ifPn => [_|nz].
    by rewrite /c -Em -card_over; apply/subset_leq_card/subsetP => a; rewrite inE => /andP[].
  rewrite [m' in (_ <= _ ^ m')%N](_ : m' = m.-1); last by rewrite Em.
  rewrite (_ : [set a in _ | _] = [set a in over m S | misses (row b) a]).
    by apply: freivalds_subset; exists i0.
  by apply/setP => a; rewrite !inE missE.
have count : (#|[set ab in setX (over m S) (over n S) | misses_rank_one ab.1 ab.2]|
    = \sum_(b in over n S) #|[set a in over m S | misses_rank_one a b]|)%N.
  transitivity (\sum_(a in over m S) \sum_(b in over n S | misses_rank_one a b) 1)%N.
    rewrite pair_big_dep -sum1_card; apply: eq_bigl => -[a b] /=.
    by rewrite !inE /= andbA.
  rewrite (exchange_big_dep (mem (over n S))) /= => [|a b _ /andP[]//].
  apply: eq_bigr => b inS; rewrite -sum1_card; apply: eq_bigl => a.
  by rewrite [in RHS]inE inS.
rewrite count; apply: leq_trans (leq_sum _ (fun b _ => fibre b)) _.
rewrite (bigID (fun b => row b i0 == 0)) /=.
rewrite (eq_bigr (fun=> c ^ m'.+1)%N) => [|b /andP[_ ->]//].
rewrite [X in (_ + X)%N](eq_bigr (fun=> c ^ m')%N) => [|b /andP[_ /negbTE->]//].
rewrite !sum_nat_const.
pose good := [set b in over n S | row b i0 != 0].
have total : (#|bad| + #|good| = c ^ n'.+1)%N.
  rewrite /c -En -card_over -(cardsID [set b | row b i0 == 0] (over n S)).
  by congr (_ + _)%N; apply: eq_card => b; rewrite [LHS]inE [RHS]inE [in RHS]inE // andbC.
rewrite (_ : (#|_| * c ^ m'.+1 + _ = #|bad| * c ^ m'.+1 + #|good| * c ^ m')%N); last first.
  by congr (_ * _ + _ * _)%N; apply: eq_card => b; rewrite [in RHS]inE.
move: total few_bad; set N := #|bad|; set M := #|good|.
rewrite [(m + n)%N](_ : _ = (m' + n').+2) ?subSS ?subn0; last by rewrite Em En addSn addnS.
by move=> total few_bad; apply: rank_one_arithmetic.
Qed.

(** §5.1. k rank-one challenges, drawn independently, all miss a nonzero error for at most the k-th power of that: the
    product ((2|S| - 1) * |S|^(m+n-2))^k of the (|S|^(m+n))^k tuples of pairs. *)
Theorem freivalds_rank_one_repeated (k : nat) :
  (#|[set s in over k (setX (over m S) (over n S)) | [forall t, misses_rank_one (s t).1 (s t).2]]|
   <= ((2 * #|S| - 1) * #|S| ^ (m + n - 2)) ^ k)%N.
Proof.
set pairs := setX _ _.
have -> : [set s in over k pairs | [forall t, misses_rank_one (s t).1 (s t).2]]
        = over k [set ab in pairs | misses_rank_one ab.1 ab.2].
  apply/setP => s; rewrite !inE; apply/andP/forallP => [[/forallP inS /forallP miss] t|both].
    by have := inS t; rewrite !inE => ->; exact: miss.
  by split; apply/forallP => t; have := both t; rewrite !inE => /andP[].
by rewrite card_over; case: k => // k; rewrite leq_exp2r ?freivalds_rank_one.
Qed.

End RankOne.
