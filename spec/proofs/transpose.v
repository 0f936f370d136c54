(** * Linear maps as lists of taps, and their transposes

    A linear map is the finite list of its taps (output index, input index, weight), in the order in which
    src/reference/taps.ts visits them. Applying the map and applying its transpose both walk that list and add into
    an array of zeros, as src/reference/apply.ts and transpose.ts do. R is any commutative ring: the integers, or
    the integers modulo a prime. An array is a function from indices to R. *)
From mathcomp Require Import all_ssreflect all_algebra.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

Section Taps.
Variable R : comRingType.

Record tap := Tap { output : nat; input : nat; weight : R }.

Definition tap_parts t := (output t, input t, weight t).
Lemma tap_partsK : cancel tap_parts (fun parts => Tap parts.1.1 parts.1.2 parts.2). Proof. by case. Qed.
Canonical tap_eqType := EqType tap (CanEqMixin tap_partsK).

(** The array with `value` added to its entry `index`. *)
Definition add_at (array : nat -> R) (index : nat) (value : R) : nat -> R :=
  fun i => if i == index then array i + value else array i.

Definition zeros : nat -> R := fun=> 0.

(** L(x): for every tap (o, i, w), in order, y[o] += w * x[i]. *)
Definition apply (taps : seq tap) (x : nat -> R) : nat -> R :=
  foldl (fun y t => add_at y (output t) (weight t * x (input t))) zeros taps.

(** The transpose: for every tap (o, i, w), in order, r[i] += w * s[o]. *)
Definition transpose (taps : seq tap) (s : nat -> R) : nat -> R :=
  foldl (fun r t => add_at r (input t) (weight t * s (output t))) zeros taps.

(** Every output index is below m, every input index below n. *)
Definition within (m n : nat) (taps : seq tap) : bool := all (fun t => (output t < m) && (input t < n))%N taps.

(** <a, b> over the first n entries. *)
Definition inner (n : nat) (a b : nat -> R) : R := \sum_(i < n) a i * b i.

Lemma walk_sum (at_ : tap -> nat) (value : tap -> R) (taps : seq tap) (start : nat -> R) i :
  foldl (fun y t => add_at y (at_ t) (value t)) start taps i = start i + \sum_(t <- taps | at_ t == i) value t.
Proof.
elim: taps start => [|t taps IH] start /=; first by rewrite big_nil addr0.
by rewrite IH big_cons /add_at eq_sym; case: eqP => // _; rewrite addrA.
Qed.

(** §1. The walk computes y[o] = the sum over the taps (o, i, w) of w * x[i]. *)
Theorem apply_sum taps x o : apply taps x o = \sum_(t <- taps | output t == o) weight t * x (input t).
Proof. by rewrite /apply walk_sum add0r. Qed.

(** §1. The walk computes r[i] = the sum over the taps (o, i, w) of w * s[o]. *)
Theorem transpose_sum taps s i : transpose taps s i = \sum_(t <- taps | input t == i) weight t * s (output t).
Proof. by rewrite /transpose walk_sum add0r. Qed.

Lemma collect (n : nat) (at_ : tap -> nat) (value : tap -> R) (a : nat -> R) (taps : seq tap) :
  all (fun t => at_ t < n)%N taps ->
  \sum_(i < n) a i * (\sum_(t <- taps | at_ t == i) value t) = \sum_(t <- taps) a (at_ t) * value t.
Proof.
elim: taps => [_|t taps IH /= /andP[lt all_taps]].
  by rewrite big_nil big1 // => i _; rewrite big_nil mulr0.
rewrite big_cons -(IH all_taps) (bigD1 (Ordinal lt)) //= big_cons eqxx mulrDr -addrA; congr (_ + _).
rewrite [RHS](bigD1 (Ordinal lt)) //=; congr (_ + _); apply: eq_bigr => i ne.
by rewrite big_cons ifN //; apply: contra ne => /eqP eq; apply/eqP/val_inj.
Qed.

(** §1. The identity the check rests on: <s, L(x)> = <transpose of L applied to s, x>, for every list of taps. *)
Theorem transpose_taps (m n : nat) (taps : seq tap) (s x : nat -> R) :
  within m n taps -> inner m s (apply taps x) = inner n (transpose taps s) x.
Proof.
rewrite /within => /allP inside.
have out : all (fun t => output t < m)%N taps by apply/allP => t /inside/andP[].
have inn : all (fun t => input t < n)%N taps by apply/allP => t /inside/andP[].
transitivity (\sum_(t <- taps) s (output t) * (weight t * x (input t))).
  by rewrite -(collect _ _ out); apply: eq_bigr => i _; rewrite apply_sum.
transitivity (\sum_(t <- taps) x (input t) * (weight t * s (output t))).
  by apply: eq_bigr => t _; rewrite mulrA mulrC [s _ * _]mulrC.
by rewrite -(collect _ _ inn); apply: eq_bigr => i _; rewrite transpose_sum mulrC.
Qed.

(** §1. The map is linear: L(x + x') = L(x) + L(x'). *)
Theorem apply_additive taps x x' o : apply taps (fun i => x i + x' i) o = apply taps x o + apply taps x' o.
Proof. by rewrite !apply_sum -big_split; apply: eq_bigr => t _; rewrite mulrDr. Qed.

(** ** Matrices *)

(** The taps of a dense map with `m` outputs and `n` inputs: weights row-major, as in forEachDenseTap. *)
Definition dense_taps (m n : nat) (weights : nat -> R) : seq tap :=
  [seq Tap o i (weights (o * n + i)%N) | o <- iota 0 m, i <- iota 0 n].

Lemma dense_within m n weights : within m n (dense_taps m n weights).
Proof.
rewrite /within; apply/allP => t /allpairsP[[o i] /= [+ + ->]] /=.
by rewrite !mem_iota /= !add0n => -> ->.
Qed.

(** §1. The identity for the taps of a matrix. *)
Theorem transpose_dense m n (weights s x : nat -> R) (taps := dense_taps m n weights) :
  inner m s (apply taps x) = inner n (transpose taps s) x.
Proof. exact/transpose_taps/dense_within. Qed.

(** §1. The taps of a matrix compute the matrix product: y[o] = sum over i < n of weights[o * n + i] * x[i]. *)
Theorem apply_dense m n (weights x : nat -> R) o :
  (o < m)%N -> apply (dense_taps m n weights) x o = \sum_(i < n) weights (o * n + i)%N * x i.
Proof.
move=> lt; rewrite apply_sum big_mkcond big_allpairs_dep /=.
rewrite (bigD1_seq o) ?iota_uniq ?mem_iota //= [X in _ + X]big1 ?addr0; last first.
  by move=> i /negbTE ne; rewrite big1 // => j _; rewrite ne.
by rewrite eqxx -{1}[n]subn0 -/(index_iota 0 n) big_mkord.
Qed.

(** §1. The same identity in the words of matrices: s . (A x) = (transpose of A times s) . x. *)
Theorem transpose_matrix m n (A : 'M[R]_(m, n)) (s : 'cV[R]_m) (x : 'cV[R]_n) :
  s^T *m (A *m x) = (A^T *m s)^T *m x.
Proof. by rewrite trmx_mul trmxK mulmxA. Qed.

End Taps.
