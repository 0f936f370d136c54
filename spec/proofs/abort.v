(** * The abort bit under the real check

    privacy.v shows that with an ideal check nothing depends on the input. The real check differs from the ideal one
    only when it accepts a wrong answer, which adaptive.v bounds. So what a device can learn from messages and abort
    bit together is at most the soundness error, once for each of the two inputs that are compared. *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import freivalds transpose integers layer adaptive session privacy.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope nat_scope.

Section RealCheck.
Variables (calls : nat) (M : 'I_calls -> finZmodType).
Notation tuples := (tuples M).
Notation inputs := (inputs M).

(** Secrets and uses as in adaptive.v: `passes` is the real verdict, and right answers always pass. *)
Variables (Secret : finType) (Use : Type) (passes : Secret -> Use -> bool) (wrong : Use -> bool) (bad : nat).
Hypothesis few : forall use, wrong use -> #|[set c | passes c use]| <= bad.
Hypothesis complete : forall c use, ~~ wrong use -> passes c use.

(** One secret input with one device: what is blinded at each call, and which use call number l is, given the pads.
    Whether the answer is right is a function of the view. *)
Variable right : tuples -> 'I_calls -> bool.
Definition consistent (x : inputs) (use : tuples -> nat -> Use) :=
  causal x /\ forall pads (l : 'I_calls), ~~ wrong (use pads l) = right (view_of x pads) l.

(** What is observed of the session with the real check, and with the ideal one. *)
Definition observe_real (x : inputs) (use : tuples -> nat -> Use) (c : Secret) (pads : tuples) : observation M :=
  observe (fun l => passes c (use pads l)) (view_of x pads).
Definition observe_ideal (x : inputs) (pads : tuples) : observation M :=
  observe (right (view_of x pads)) (view_of x pads).

(** The device of adaptive.v: after `length seen` verdicts comes that call. *)
Definition device_of (use : tuples -> nat -> Use) (pads : tuples) : strategy Use := fun seen => use pads (size seen).

Lemma fooled_at (uses : nat) (u : nat -> Use) (c : Secret) seen j :
  j < uses -> (forall i, i <= j -> passes c (u (size seen + i))) -> wrong (u (size seen + j)) ->
  fooled passes wrong uses (fun seen => u (size seen)) c seen.
Proof.
elim: uses seen j => // uses IH seen j lt all_pass wrong_j /=.
have -> : passes c (u (size seen)) by have := all_pass 0 (leq0n j); rewrite addn0.
case: j lt all_pass wrong_j => [|j] lt all_pass wrong_j; first by rewrite addn0 in wrong_j; rewrite wrong_j.
apply/orP/or_intror; apply: (IH _ j) => //; rewrite size_rcons.
  by move=> i le; rewrite addSnnS; apply: all_pass.
by rewrite addSnnS.
Qed.

Lemma real_is_ideal x use c pads : consistent x use ->
  ~~ fooled passes wrong calls (device_of use pads) c [::] -> observe_real x use c pads = observe_ideal x pads.
Proof.
case=> causal_x agree not_fooled; rewrite /observe_real /observe_ideal.
set real := fun l : 'I_calls => _; set ideal := right _.
have same l : l <= calls -> reached real l = reached ideal l.
  move=> le; apply/forallP/forallP => all_ok j; apply/implyP => lt_j.
    rewrite /ideal -agree; apply: contra not_fooled => wrong_j.
    apply: (@fooled_at _ (use pads) c [::] j) => // i le_i.
    have lt_i : i < calls by apply: leq_ltn_trans le_i (ltn_ord j).
    by have := all_ok (Ordinal lt_i); rewrite /= (leq_ltn_trans le_i lt_j).
  by apply: complete; rewrite agree; have := all_ok j; rewrite lt_j.
by congr (_, _); rewrite ?same //; apply/ffunP => l; rewrite !ffunE same // ltnW.
Qed.

Notation outcomes x use seen := [set c_pads : Secret * tuples | observe_real x use c_pads.1 c_pads.2 \in seen].

Lemma card_pairs (P : pred tuples) : #|[set c_pads : Secret * tuples | P c_pads.2]| = #|Secret| * #|[set pads | P pads]|.
Proof.
have -> : [set c_pads : Secret * tuples | P c_pads.2] = setX setT [set pads | P pads].
  by apply/setP => c_pads; rewrite !inE.
by rewrite cardsX cardsT.
Qed.

(** §5.2. For any two secret inputs (x and x' with the uses that follow from them), any adaptive device, and any set of
    observations of messages and abort bit: the number of (challenges, pads) that lead into the set differs by at most
    twice calls * bad * |pads|, that is, in probability by at most twice the soundness error of the session. *)
Theorem abort_leaks_little (x x' : inputs) (use use' : tuples -> nat -> Use) (seen : {set observation M}) :
  consistent x use -> consistent x' use' ->
  #|outcomes x use seen| <= #|outcomes x' use' seen| + 2 * (calls * bad * #|{: tuples}|).
Proof.
move=> ok ok'.
pose ideal y := [set c_pads : Secret * tuples | observe_ideal y c_pads.2 \in seen].
pose fools u := [set c_pads : Secret * tuples | fooled passes wrong calls (device_of u c_pads.2) c_pads.1 [::]].
have few_fools u : #|fools u| <= calls * bad * #|{: tuples}| by exact: adaptive_reuse_randomized.
have same_ideal : #|ideal x| = #|ideal x'|.
  have [cx _] := ok; have [cx' _] := ok'.
  rewrite !(card_pairs (fun pads => observe_ideal _ pads \in seen)); congr (_ * _).
  exact: ideal_abort.
have to_ideal : #|outcomes x use seen| <= #|ideal x| + #|fools use|.
  apply: leq_trans (leq_card_setU _ _); apply/subset_leq_card/subsetP => -[c pads]; rewrite !inE /= orbC.
  by have [//|/(real_is_ideal ok)->] := boolP (fooled _ _ _ _ _ _).
have from_ideal : #|ideal x'| <= #|outcomes x' use' seen| + #|fools use'|.
  apply: leq_trans (leq_card_setU _ _); apply/subset_leq_card/subsetP => -[c pads]; rewrite !inE /= orbC.
  by have [//|/(real_is_ideal ok')->] := boolP (fooled _ _ _ _ _ _).
have := few_fools use; have := few_fools use'; lia.
Qed.

End RealCheck.

(** ** Slalom's check *)

Section Slalom.
(** The calls of the session and their message groups; the layers, their maps, certificates and k challenges each, as in
    session.v. *)
Variables (calls : nat) (M : 'I_calls -> finZmodType).
Variables (q layers k : nat) (outputs inputs_of : 'I_layers -> nat).
Variables (taps : 'I_layers -> taps_of_integers) (bound : 'I_layers -> int).
Hypotheses (q_prime : prime q) (inside : forall l, within (outputs l) (inputs_of l) (taps l)).
Hypothesis fits : forall l, (2 * bound l < q%:Z)%R.
Variable right : tuples M -> 'I_calls -> bool.

Notation secrets := (secrets q k outputs).
Notation use := (use outputs taps bound).
Notation accepted := (@accepted q layers k outputs inputs_of taps bound).
Notation incorrect := (@incorrect layers outputs taps bound).
Notation outcomes x uses seen :=
  [set c_pads : secrets * tuples M | observe_real accepted x uses c_pads.1 c_pads.2 \in seen].

(** §5.2. With the reference's check, k challenges per layer modulo q: for any two secret inputs, any adaptive device and
    any set of observations of messages and abort bit, the probabilities of the set differ by at most 2 * calls * q^-k
    (both sides are multiplied by q^k and by the number of challenges and pads). *)
Theorem abort_leaks_soundness_error (x x' : inputs M) (uses uses' : tuples M -> nat -> use) (seen : {set observation M}) :
  consistent incorrect right x uses -> consistent incorrect right x' uses' ->
  #|outcomes x uses seen| * q ^ k <= #|outcomes x' uses' seen| * q ^ k + 2 * calls * #|{: secrets * tuples M}|.
Proof.
move=> ok ok'.
have q_gt0 : 0 < q ^ k by rewrite expn_gt0 prime_gt0.
have few u : incorrect u -> #|[set c : secrets | accepted c u]| <= #|{: secrets}| %/ q ^ k.
  by move=> /(few_accepted k q_prime inside fits); rewrite leq_divRL.
have complete c u : ~~ incorrect u -> accepted c u by exact: correct_accepted.
have := abort_leaks_little few complete seen ok ok'; set N := #|{: secrets}| %/ _ => H.
have le : N * q ^ k <= #|{: secrets}| by apply: leq_trunc_div.
rewrite card_prod; have := leq_mul H (leqnn (q ^ k)); rewrite mulnDl => /leq_trans; apply.
by rewrite leq_add2l -!mulnA leq_mul // leq_mul // [X in X <= _]mulnCA [X in X <= _]mulnC leq_mul.
Qed.

End Slalom.
