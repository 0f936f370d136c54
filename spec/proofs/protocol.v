(** * The protocol satisfies the premise of the abort theorem

    abort.v takes for granted that whether an answer is right is a function of what the device has seen (`consistent`).
    Here that is proved of the protocol as coded: integer inputs, x + rho mod p, u = L(rho) mod p, canonical answers,
    y = balanced(z - u). So the bound on what messages and abort bit tell holds for it, with no premise left. *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import freivalds transpose integers layer adaptive session privacy abort.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Protocol.
(** p the pad modulus, q the check modulus, k challenges per layer; the layers with their taps and certified bounds. *)
Variables (calls p q layers k : nat) (outputs inputs_of : 'I_layers -> nat).
Variables (taps : 'I_layers -> taps_of_integers) (bound : 'I_layers -> int).
Hypotheses (p_gt1 : (1 < p)%N) (q_prime : prime q) (inside : forall l, within (outputs l) (inputs_of l) (taps l)).
Hypotheses (fits_p : forall l, 2 * bound l < p%:Z) (fits_q : forall l, 2 * bound l < q%:Z).

(** Which layer each call asks for, in the order in which messages are sent; a batch is one call per image. *)
Variable layer_at : 'I_calls -> 'I_layers.

Definition messages (c : 'I_calls) : finZmodType := [finZmodType of 'rV['Z_p]_(inputs_of (layer_at c))].
Notation tuples := (tuples messages).

(** The residues of a message or a pad, as the integers in [0, p) that arrays hold. *)
Definition integers_of n (v : 'rV['Z_p]_n) : nat -> int := fun i => if insub i is Some j then (v 0 j : nat)%:Z else 0.
Notation sent view c := (integers_of (view c : 'rV['Z_p]_(inputs_of (layer_at c)))).

(** The device: any answer to each call, and any order in which answers arrive and are judged, as functions of everything
    that is sent. *)
Variables (answer : tuples -> 'I_calls -> nat -> int) (order : tuples -> 'I_calls -> 'I_calls).

(** The trusted side with its secret input: the integers of every call, which may depend on the secret input and on
    earlier pads and messages (and so on earlier results) in any way; on all of them the certificate holds. *)
Record trusted_side := TrustedSide {
  integers : tuples -> tuples -> 'I_calls -> nat -> int;
  integers_causal : forall c pads pads' view view', same_before c pads pads' -> same_before c view view' ->
    integers pads view c = integers pads' view' c;
  integers_certified : forall pads view c o, (o < outputs (layer_at c))%N ->
    `|apply (taps (layer_at c)) (integers pads view c) o| <= bound (layer_at c) }.

(** What stands for uses after the last call; no theorem depends on it. *)
Variable other : use outputs taps bound.

Definition residues (side : trusted_side) : inputs messages :=
  fun pads view c => (\row_i (integers side pads view c i)%:~R : 'rV['Z_p]_(inputs_of (layer_at c))).

(** Every entry of the answer is canonical; every entry is L(message) mod p besides. *)
Definition canonical (view : tuples) (c : 'I_calls) : bool :=
  [forall o : 'I_(outputs (layer_at c)), (0 <= answer view c o) && (answer view c o < p%:Z)].
Definition answered_right (view : tuples) (c : 'I_calls) : bool :=
  canonical view c &&
  [forall o : 'I_(outputs (layer_at c)), answer view c o == honest (taps (layer_at c)) (sent view c) p%:Z o].

(** Whether the l-th answer that is judged is right, and the l-th use as the trusted side makes it. *)
Definition right (view : tuples) (l : 'I_calls) : bool := answered_right view (order view l).
Definition use_of (side : trusted_side) (pads : tuples) (l : nat) : use outputs taps bound :=
  if insub l is Some judged then
    let view := view_of (residues side) pads in
    let c := order view judged in
    @Use layers outputs taps bound (layer_at c) (integers side pads view c) (canonical view c)
      (unblinded (answer view c) (unblinding (taps (layer_at c)) (sent pads c) p%:Z) p%:Z)
      (integers_certified side pads view (c := c))
  else other.

Lemma residues_causal side : causal (residues side).
Proof. by move=> c pads pads' view view' sp sv; rewrite /residues (integers_causal side sp sv). Qed.

Lemma sent_as_blinded side pads (c : 'I_calls) (view := view_of (residues side) pads) i :
  (i < inputs_of (layer_at c))%N -> blinded (integers side pads view c) (sent pads c) p%:Z i = sent view c i.
Proof.
move=> lt; rewrite /blinded /integers_of !insubT /= blind_as_coded //.
have [/forallP/(_ c)/eqP -> _] := session_has_a_view (@residues_causal side) pads.
by rewrite !mxE.
Qed.

(** §5.2. The protocol as coded satisfies the premise of the abort theorems: messages are causal, and whether an answer is
    right after unblinding is a function of the messages, whatever the secret input and the pads are. *)
Theorem protocol_is_consistent side :
  consistent (@incorrect layers outputs taps bound) right (residues side) (use_of side).
Proof.
split=> [|pads l]; first exact: (@residues_causal side).
rewrite /use_of valK /incorrect negb_or negbK /= /right /answered_right.
set view := view_of _ pads; set c := order view l.
case: (boolP (canonical view c)) => //= /forallP can.
rewrite negb_exists; apply: eq_forallb => o; rewrite negbK.
have p_gt0 : 0 < p%:Z by rewrite ltz_nat ltnW.
have := @ideal_verdict (taps (layer_at c)) (integers side pads view c) (sent pads c) p%:Z
  (bound (layer_at c)) o p_gt0 (integers_certified side pads view (ltn_ord o)) (fits_p _) (answer view c) (can o).
have -> : honest (taps (layer_at c)) (blinded (integers side pads view c) (sent pads c) p%:Z) p%:Z o
  = honest (taps (layer_at c)) (sent view c) p%:Z o.
  rewrite /honest; congr (modulo _ _); apply: (apply_inside _ (inside _)) => i lt; exact: sent_as_blinded.
by move=> E; apply/eqP/eqP => [/E|H]; [|apply/E].
Qed.

Notation accepted := (@accepted q layers k outputs inputs_of taps bound).

(** §5.2. For the protocol as coded, with several inferences in flight: any two trusted sides (secret inputs and what is
    computed from them), any device, any order of judging, and any function of all messages and of how far the verdicts
    came: the probabilities of a set of its values differ by at most 2 * q^-k. *)
Theorem protocol_hides (Seen : finType) (see : tuples -> progress calls -> Seen) (side side' : trusted_side)
    (seen : {set Seen}) :
  (#|[set c_pads : secrets q k outputs * tuples |
      seen_real accepted see (residues side) (use_of side) c_pads.1 c_pads.2 \in seen]| * q ^ k
   <= #|[set c_pads : secrets q k outputs * tuples |
         seen_real accepted see (residues side') (use_of side') c_pads.1 c_pads.2 \in seen]| * q ^ k
      + 2 * #|{: secrets q k outputs * tuples}|)%N.
Proof.
exact: (in_flight_leaks_soundness_error k q_prime inside fits_q see seen
  (protocol_is_consistent side) (protocol_is_consistent side')).
Qed.

End Protocol.
