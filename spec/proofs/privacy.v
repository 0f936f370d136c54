(** * Privacy: one-time pads, whole sessions, and the abort bit

    "The same distribution" is said by counting: pads are uniform, so the probability of an event is the number of
    pads that lead to it, divided by the number of all pads. Equal counts are equal probabilities. *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import freivalds transpose integers adaptive.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope ring_scope.

(** ** One layer *)

Section OneLayer.
Variables (p n : nat).

(** An input, a pad or a message: n residues modulo p. *)
Notation residues := 'rV['Z_p]_n.

(** What the device receives: x + rho mod p, entry by entry. *)
Definition blind (x rho : residues) : residues := x + rho.

(** §5.2. For every x the map rho -> x + rho is a bijection of Z_p^n. *)
Theorem pad_bijective (x : residues) : bijective (blind x).
Proof. by exists (fun message => message - x) => y; rewrite /blind; [rewrite addrAC subrr add0r | rewrite addrC subrK]. Qed.

(** §5.2. Every message comes from exactly one pad, whatever x is: the message is uniform. *)
Theorem pad_uniform (x message : residues) : #|[set rho | blind x rho == message]| = 1%N.
Proof.
apply: etrans (cards1 (message - x)); apply: eq_card => rho.
by rewrite !inE /blind -(inj_eq (addIr (- x))) addrAC subrr add0r.
Qed.

(** §5.2. For any two inputs and any set of messages, the message falls into the set equally often. *)
Theorem pad_same_distribution (x x' : residues) (seen : {set residues}) :
  #|[set rho | blind x rho \in seen]| = #|[set rho | blind x' rho \in seen]|.
Proof.
have count y : #|[set rho | blind y rho \in seen]| = #|seen|.
  rewrite -(card_imset seen (addIr (- y))); apply: eq_card => rho; rewrite inE /blind.
  apply/idP/imsetP => [inside|[m inside ->]]; last by rewrite addrC addrNK.
  by exists (y + rho); rewrite // addrAC subrr add0r.
by rewrite !count.
Qed.

End OneLayer.

(** §5.2. One entry of `blind` is what the reference computes: modulo(x + rho, p), for every integer x and residue rho. *)
Theorem blind_as_coded (p : nat) (x : int) (rho : 'Z_p) :
  (1 < p)%N -> modulo (x + (rho : nat)%:Z) p%:Z = ((x%:~R + rho : 'Z_p) : nat)%:Z.
Proof.
move=> p_gt1; set r := x%:~R + rho.
have p_gt0 : (0 < p%:Z)%R by rewrite ltz_nat ltnW.
have nat_zero (b : nat) : b%:R = 0 :> 'Z_p -> (p %| b)%N.
  by move=> /(congr1 (@nat_of_ord _)); rewrite val_Zp_nat // => /eqP.
have zero (a : int) : a%:~R = 0 :> 'Z_p -> (p%:Z %| a)%Z.
  case: a => b; first by move/nat_zero.
  by rewrite NegzE mulrNz => /eqP; rewrite oppr_eq0 dvdzE abszN => /eqP/nat_zero.
have /dvdzP[k eq] : (p%:Z %| x + (rho : nat)%:Z - (r : nat)%:Z)%Z.
  by apply: zero; rewrite mulrzBr intrD -!pmulrn !natr_Zp subrr.
rewrite modulo_modz //; apply: (@modz_unique _ _ k); last by lia.
by rewrite lez_nat leq0n ltz_nat -[X in (_ < X)%N](Zp_cast p_gt1) ltn_ord.
Qed.

(** ** A whole session *)

Section Session.
(** `calls` calls of the device, in the order in which they happen; M l is the group of the messages of call l (for
    Slalom: |X| residues modulo p). One fresh pad per call. *)
Variables (calls : nat) (M : 'I_calls -> finZmodType).

Definition tuples := {dffun forall l : 'I_calls, M l}.

Definition same_before (l : 'I_calls) (a b : tuples) := forall j : 'I_calls, (j < l)%N -> a j = b j.

(** What the trusted side blinds at call l, given all pads and all messages. It may depend in any way on what came
    before call l: the secret input, earlier messages (and so the device's earlier answers, which the device computes
    from the messages it saw), and earlier pads (a wrong answer that is accepted is unblinded with one). *)
Definition inputs := tuples -> tuples -> forall l, M l.
Definition causal (x : inputs) := forall l pads pads' view view',
  same_before l pads pads' -> same_before l view view' -> x pads view l = x pads' view' l.

(** The pads lead to this view: every message is the input of its call plus the pad of its call. *)
Definition leads_to (x : inputs) (pads view : tuples) : bool := [forall l, view l == x pads view l + pads l].

Section Settling.
Variable step : tuples -> tuples.
Hypothesis causal_step : forall l a b, same_before l a b -> step a l = step b l.

Lemma settles i (a b : tuples) (l : 'I_calls) : (l < i)%N -> iter i step a l = iter i step b l.
Proof.
elim: i l => // i IH l lt; apply: causal_step => j lt_j.
by apply: IH; apply: leq_trans lt_j _.
Qed.

Definition settled : tuples := iter calls step [ffun=> 0].

Lemma settled_fixed : step settled = settled.
Proof. by rewrite /settled -iterS iterSr; apply/ffunP => l; apply: settles. Qed.

Lemma fixed_settled a : step a = a -> a = settled.
Proof.
move=> fix_a; have {1}-> : a = iter calls step a by elim: calls => //= i <-.
by apply/ffunP => l; apply: settles.
Qed.
End Settling.

Section OneInput.
Variable x : inputs.
Hypothesis causal_x : causal x.

(** The view of a session run with these pads. *)
Definition view_of (pads : tuples) : tuples := settled (fun view => [ffun l => x pads view l + pads l]).
Definition pads_of (view : tuples) : tuples := settled (fun pads => [ffun l => view l - x pads view l]).

Lemma leads_to_view pads view : leads_to x pads view = (view == view_of pads).
Proof.
have causal_step l a b : same_before l a b -> [ffun l => x pads a l + pads l] l = [ffun l => x pads b l + pads l] l.
  by move=> same; rewrite !ffunE (causal_x (pads' := pads) (view' := b)).
apply/forallP/eqP => [leads|-> l].
  by apply: fixed_settled => //; apply/ffunP => l; rewrite ffunE; apply/esym/eqP.
by apply/eqP; have /ffunP/(_ l) := settled_fixed causal_step; rewrite ffunE => /esym.
Qed.

Lemma leads_to_pads pads view : leads_to x pads view = (pads == pads_of view).
Proof.
have causal_step l a b : same_before l a b -> [ffun l => view l - x a view l] l = [ffun l => view l - x b view l] l.
  by move=> same; rewrite !ffunE (causal_x (pads' := b) (view' := view)).
apply/forallP/eqP => [leads|-> l].
  apply: fixed_settled => //; apply/ffunP => l; rewrite ffunE.
  by rewrite [view l in LHS](eqP (leads l)) addrC addKr.
have /ffunP/(_ l) := settled_fixed causal_step; rewrite ffunE -/(pads_of view) => fixed.
by apply/eqP; rewrite -[X in _ + X]fixed addrC subrK.
Qed.

(** §5.2. Whatever the secret input, the device and the pads: the session has exactly one view. *)
Theorem session_has_a_view pads : leads_to x pads (view_of pads) /\ forall view, leads_to x pads view -> view = view_of pads.
Proof. by split=> [|view]; rewrite leads_to_view // => /eqP. Qed.

(** §5.2. Every view comes from exactly one tuple of pads, whatever the secret input and the device are: the messages of
    the whole session together are uniform. *)
Theorem session_view_uniform view : #|[set pads | leads_to x pads view]| = 1%N.
Proof. by apply: etrans (cards1 (pads_of view)); apply: eq_card => pads; rewrite !inE leads_to_pads. Qed.

Lemma card_view (seen : {set tuples}) : #|[set pads | view_of pads \in seen]| = #|seen|.
Proof.
have inj : injective pads_of.
  move=> v v' eq; have := leads_to_pads (pads_of v) v; have := leads_to_pads (pads_of v) v'.
  by rewrite {2}eq !eqxx !leads_to_view => /eqP-> /eqP.
rewrite -(card_imset seen inj); apply: eq_card => pads; rewrite inE; apply/idP/imsetP => [inside|[v inside ->]].
  by exists (view_of pads) => //; apply/eqP; rewrite -leads_to_pads leads_to_view.
by have := leads_to_pads (pads_of v) v; rewrite eqxx leads_to_view => /eqP <-.
Qed.

End OneInput.

(** §5.2. For any two secret inputs, and any set of views, the view falls into the set equally often: an adaptive device
    learns nothing from all messages of a session together. *)
Theorem session_same_distribution (x x' : inputs) (seen : {set tuples}) : causal x -> causal x' ->
  #|[set pads | view_of x pads \in seen]| = #|[set pads | view_of x' pads \in seen]|.
Proof. by move=> cx cx'; rewrite !card_view. Qed.

(** ** The abort bit *)

(** What can be observed of a session whose call l is accepted when ok l holds: the messages up to and with the first
    call that is rejected, and whether all were accepted. *)
Definition observation := ({dffun forall l : 'I_calls, option (M l)} * bool)%type.
Definition reached (ok : 'I_calls -> bool) (l : nat) : bool := [forall j : 'I_calls, (j < l)%N ==> ok j].
Definition observe (ok : 'I_calls -> bool) (view : tuples) : observation :=
  ([ffun l : 'I_calls => if reached ok l then Some (view l) else None], reached ok calls).

(** §5.2. With an ideal check (accept exactly the right answers), messages and abort bit together do not depend on the
    secret input: `right view l`, that the device's answer to message l is L of that message, is a function of the
    view. See ideal_verdict in layer.v for why it is. *)
Theorem ideal_abort (x x' : inputs) (right : tuples -> 'I_calls -> bool) (seen : {set observation}) : causal x -> causal x' ->
  #|[set pads | observe (right (view_of x pads)) (view_of x pads) \in seen]| =
  #|[set pads | observe (right (view_of x' pads)) (view_of x' pads) \in seen]|.
Proof.
move=> cx cx'; pose views := [set v | observe (right v) v \in seen].
have := session_same_distribution views cx cx'.
by congr (_ = _); apply: eq_card => pads; rewrite !inE.
Qed.

End Session.
