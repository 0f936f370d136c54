(** * The abort bit under the real check

    privacy.v shows that with an ideal check nothing depends on the input. The real check differs from the ideal one
    only when it accepts a wrong answer, which adaptive.v bounds. So what a device can learn from messages and abort
    bit together is at most the soundness error, once for each of the two inputs that are compared.

    Calls are numbered by the order in which messages are sent, verdicts by the order in which answers are judged. With
    one inference at a time the two are the same, and whoever watches sees the messages up to the first reject. With
    several in flight he may also see messages that were sent before an earlier answer was judged. So what he sees is
    here any function of all messages and of how far the verdicts came. *)
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

(** One secret input with one device: what is blinded at each call, and which use is judged as number l, given the pads.
    Whether that answer is right is a function of the view. *)
Variable right : tuples -> 'I_calls -> bool.
Definition consistent (x : inputs) (use : tuples -> nat -> Use) :=
  causal x /\ forall pads (l : 'I_calls), ~~ wrong (use pads l) = right (view_of x pads) l.

(** How far the verdicts came: whether the first l answers that were judged were all accepted, for every l. *)
Definition progress := {ffun 'I_calls.+1 -> bool}.
Definition progress_of (ok : 'I_calls -> bool) : progress := [ffun l : 'I_calls.+1 => reached ok l].

(** What is seen. *)
Variables (Seen : finType) (see : tuples -> progress -> Seen).
Definition seen_real (x : inputs) (use : tuples -> nat -> Use) (c : Secret) (pads : tuples) : Seen :=
  see (view_of x pads) (progress_of (fun l => passes c (use pads l))).
Definition seen_ideal (x : inputs) (pads : tuples) : Seen := see (view_of x pads) (progress_of (right (view_of x pads))).

(** The device of adaptive.v: after `length seen` verdicts comes that use. *)
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
  ~~ fooled passes wrong calls (device_of use pads) c [::] -> seen_real x use c pads = seen_ideal x pads.
Proof.
case=> causal_x agree not_fooled; congr (see _ _); apply/ffunP => l; rewrite !ffunE.
have le : l <= calls by rewrite -ltnS ltn_ord.
apply/forallP/forallP => all_ok j; apply/implyP => lt_j.
  rewrite -agree; apply: contra not_fooled => wrong_j.
  apply: (@fooled_at _ (use pads) c [::] j) => // i le_i.
  have lt_i : i < calls by apply: leq_ltn_trans le_i (ltn_ord j).
  by have := all_ok (Ordinal lt_i); rewrite /= (leq_ltn_trans le_i lt_j).
by apply: complete; rewrite agree; have := all_ok j; rewrite lt_j.
Qed.

Notation outcomes x use seen := [set c_pads : Secret * tuples | seen_real x use c_pads.1 c_pads.2 \in seen].

Lemma card_pairs (P : pred tuples) : #|[set c_pads : Secret * tuples | P c_pads.2]| = #|Secret| * #|[set pads | P pads]|.
Proof.
have -> : [set c_pads : Secret * tuples | P c_pads.2] = setX setT [set pads | P pads].
  by apply/setP => c_pads; rewrite !inE.
by rewrite cardsX cardsT.
Qed.

(** §5.2. For any two secret inputs (x and x' with the uses that follow from them), any adaptive device, and whatever is
    seen of all messages of the session, several inferences in flight or one, and of how far the verdicts came: the number
    of (challenges, pads) that lead into a set of sights differs by at most twice bad * |pads|, that is, in probability by
    at most twice the error of one lie, whatever the number of calls. *)
Theorem in_flight_leaks_little (x x' : inputs) (use use' : tuples -> nat -> Use) (seen : {set Seen}) :
  consistent x use -> consistent x' use' ->
  #|outcomes x use seen| <= #|outcomes x' use' seen| + 2 * (bad * #|{: tuples}|).
Proof.
move=> ok ok'.
pose ideal y := [set c_pads : Secret * tuples | seen_ideal y c_pads.2 \in seen].
pose fools u := [set c_pads : Secret * tuples | fooled passes wrong calls (device_of u c_pads.2) c_pads.1 [::]].
have few_fools u : #|fools u| <= bad * #|{: tuples}| by exact: one_lie_randomized.
have same_ideal : #|ideal x| = #|ideal x'|.
  have [cx _] := ok; have [cx' _] := ok'.
  rewrite !(card_pairs (fun pads => seen_ideal _ pads \in seen)); congr (_ * _).
  pose views := [set v | see v (progress_of (right v)) \in seen].
  have := session_same_distribution views cx cx'.
  by congr (_ = _); apply: eq_card => pads; rewrite !inE.
have to_ideal : #|outcomes x use seen| <= #|ideal x| + #|fools use|.
  apply: leq_trans (leq_card_setU _ _); apply/subset_leq_card/subsetP => -[c pads]; rewrite !inE /= orbC.
  by have [//|/(real_is_ideal ok)->] := boolP (fooled _ _ _ _ _ _).
have from_ideal : #|ideal x'| <= #|outcomes x' use' seen| + #|fools use'|.
  apply: leq_trans (leq_card_setU _ _); apply/subset_leq_card/subsetP => -[c pads]; rewrite !inE /= orbC.
  by have [//|/(real_is_ideal ok')->] := boolP (fooled _ _ _ _ _ _).
have := few_fools use; have := few_fools use'; lia.
Qed.

End RealCheck.

(** ** One inference at a time: the messages up to and with the first call that is rejected, and whether all were accepted *)

Section OneAtATime.
Variables (calls : nat) (M : 'I_calls -> finZmodType).

Definition see_calls (view : tuples M) (how_far : progress calls) : observation M :=
  ([ffun l : 'I_calls => if how_far (widen_ord (leqnSn calls) l) then Some (view l) else None], how_far ord_max).

Lemma see_calls_observes (ok : 'I_calls -> bool) (view : tuples M) : see_calls view (progress_of ok) = observe ok view.
Proof. by congr (_, _); rewrite ?ffunE //; apply/ffunP => l; rewrite !ffunE. Qed.

(** What is observed of the session with the real check. *)
Definition observe_real (Secret : finType) (Use : Type) (passes : Secret -> Use -> bool) (x : inputs M)
    (use : tuples M -> nat -> Use) (c : Secret) (pads : tuples M) : observation M :=
  observe (fun l => passes c (use pads l)) (view_of x pads).

End OneAtATime.

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

(** §5.2. With the reference's check, k challenges per layer modulo q, and several inferences in flight: for any two secret
    inputs, any adaptive device, and any function of all messages and of how far the verdicts came, the probabilities of a
    set of its values differ by at most 2 * q^-k (both sides are multiplied by q^k and by the number of challenges and
    pads), whatever the number of calls. *)
Theorem in_flight_leaks_soundness_error (Seen : finType) (see : tuples M -> progress calls -> Seen) (x x' : inputs M)
    (uses uses' : tuples M -> nat -> use) (seen : {set Seen}) :
  consistent incorrect right x uses -> consistent incorrect right x' uses' ->
  #|[set c_pads : secrets * tuples M | seen_real accepted see x uses c_pads.1 c_pads.2 \in seen]| * q ^ k
  <= #|[set c_pads : secrets * tuples M | seen_real accepted see x' uses' c_pads.1 c_pads.2 \in seen]| * q ^ k
     + 2 * #|{: secrets * tuples M}|.
Proof.
move=> ok ok'.
have few u : incorrect u -> #|[set c : secrets | accepted c u]| <= #|{: secrets}| %/ q ^ k.
  by move=> /(few_accepted k q_prime inside fits); rewrite leq_divRL // expn_gt0 prime_gt0.
have complete c u : ~~ incorrect u -> accepted c u by exact: correct_accepted.
have := in_flight_leaks_little few complete see seen ok ok'; set N := #|{: secrets}| %/ _ => H.
have le : N * q ^ k <= #|{: secrets}| by apply: leq_trunc_div.
rewrite card_prod; have := leq_mul H (leqnn (q ^ k)); rewrite mulnDl => /leq_trans; apply.
by rewrite leq_add2l -!mulnA leq_mul // [X in X <= _]mulnCA [X in X <= _]mulnC leq_mul.
Qed.

(** §5.2. The same of one inference at a time: of the messages up to the first reject, and the abort bit. *)
Theorem abort_leaks_soundness_error (x x' : inputs M) (uses uses' : tuples M -> nat -> use) (seen : {set observation M}) :
  consistent incorrect right x uses -> consistent incorrect right x' uses' ->
  #|[set c_pads : secrets * tuples M | observe_real accepted x uses c_pads.1 c_pads.2 \in seen]| * q ^ k
  <= #|[set c_pads : secrets * tuples M | observe_real accepted x' uses' c_pads.1 c_pads.2 \in seen]| * q ^ k
     + 2 * #|{: secrets * tuples M}|.
Proof.
have same y us : [set c_pads : secrets * tuples M | observe_real accepted y us c_pads.1 c_pads.2 \in seen]
    = [set c_pads | seen_real accepted (@see_calls calls M) y us c_pads.1 c_pads.2 \in seen].
  by apply/setP => c_pads; rewrite !inE /seen_real see_calls_observes.
by rewrite !same; exact: in_flight_leaks_soundness_error.
Qed.

End Slalom.
