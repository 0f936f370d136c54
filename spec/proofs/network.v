(** * A whole session as coded: what is released equals the network in the clear

    session.v bounds verdicts. Here they are composed: blinding, the device's answers, decoding, unblinding, range, folds,
    one verdict per batch, and a trusted side whose next layer and next inputs are any function of what was released
    before. "The network in the clear" is the same trusted function, fed with L(x) instead of the device's answers.

    Nothing is assumed of pads (they matter for privacy only), of the order in which messages are sent and answers judged,
    or of who chooses it: any number of inferences may be in flight. *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import freivalds transpose integers layer completeness soundness adaptive session primes.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(** Arrays are lists of integers; one that is too short reads as zeros. *)
Notation array := (seq int).
Definition entry (a : array) : nat -> int := nth 0 a.

Section Network.
Variables (q layers k : nat) (outputs inputs : 'I_layers -> nat).
Variables (taps : 'I_layers -> taps_of_integers) (bound : 'I_layers -> int).

Notation use := (use outputs taps bound).
Notation secrets := (secrets q k outputs).
Notation accepted := (@accepted q layers k outputs inputs taps bound).
Notation incorrect := (@incorrect layers outputs taps bound).

(** The pad modulus; none without privacy. *)
Variable p : option int.

(** ** One call *)

(** What the trusted side asks for: a layer, and the input of every image, on which the certificate holds. *)
Record ask := Ask {
  layer_asked : 'I_layers;
  images : seq array;
  images_certified : forall x, x \in images -> forall o, (o < outputs layer_asked)%N ->
    `|apply (taps layer_asked) (entry x) o| <= bound layer_asked }.

(** L(x). *)
Definition linear (l : 'I_layers) (x : array) : array := mkseq (apply (taps l) (entry x)) (outputs l).

(** What is sent for one image: x + rho mod p; x itself without privacy. *)
Definition message (l : 'I_layers) (x rho : array) : array :=
  mkseq (if p is Some p then blinded (entry x) (entry rho) p else entry x) (inputs l).

(** An answer can be decoded: the right length, and with privacy every entry canonical. *)
Definition decodes (l : 'I_layers) (z : array) : bool :=
  (size z == outputs l) && (if p is Some p then all (fun r => 0 <= r < p) z else true).

(** What the trusted side makes of it: balanced(z - u mod p), u = L(rho) mod p; z itself without privacy. *)
Definition unblind (l : 'I_layers) (rho z : array) : array :=
  if p is Some p then mkseq (unblinded (entry z) (unblinding (taps l) (entry rho) p) p) (outputs l) else z.

(** The verdict on one image: decoding, range and every fold. *)
Definition image_passes (c : secrets) (l : 'I_layers) (x rho z : array) : bool :=
  decodes l z && verdict (inputs l) (taps l) (entry x) (entry (unblind l rho z)) (bound l) (c l).

(** One verdict for all images: as many answers as were asked for, and every image passes. *)
Definition passes (c : secrets) (a : ask) (pads answers : nat -> array) (count : nat) : bool :=
  (count == size (images a)) &&
  all (fun i => image_passes c (layer_asked a) (nth [::] (images a) i) (pads i) (answers i)) (iota 0 (size (images a))).

(** What is released, and what would be in the clear. *)
Definition results (a : ask) (pads answers : nat -> array) : seq array :=
  mkseq (fun i => unblind (layer_asked a) (pads i) (answers i)) (size (images a)).
Definition in_clear (a : ask) : seq array := [seq linear (layer_asked a) x | x <- images a].

Section OneLie.
Hypotheses (q_prime : prime q) (inside : forall l, within (outputs l) (inputs l) (taps l)).
Hypothesis fits : forall l, 2 * bound l < q%:Z.

Let share := (#|{: secrets}| %/ q ^ k)%N.

Lemma few_pass_wrong (a : ask) (pads answers : nat -> array) (count : nat) :
  results a pads answers != in_clear a -> (#|[set c | passes c a pads answers count]| <= share)%N.
Proof.
set l := layer_asked a => differ.
have [/allP same|] := boolP (all (fun i => unblind l (pads i) (answers i) == linear l (nth [::] (images a) i))
  (iota 0 (size (images a)))).
  case/eqP: differ; apply: (@eq_from_nth _ [::]); rewrite /results /in_clear size_mkseq ?size_map // => i lt.
  by rewrite nth_mkseq // (nth_map [::]) //; apply/eqP/same; rewrite mem_iota.
case/allPn=> i; rewrite mem_iota /= add0n => lt ne.
pose x := nth [::] (images a) i; pose y := unblind l (pads i) (answers i).
pose u : use := @Use layers outputs taps bound l (entry x) (decodes l (answers i)) (entry y)
  (images_certified (mem_nth [::] lt)).
have wrong : incorrect u.
  rewrite /incorrect /=; case: (boolP (decodes l (answers i))) => //= /andP[/eqP long _].
  rewrite -negb_forall; apply: contra ne => /forallP right; apply/eqP.
  have long_y : size y = outputs l by rewrite /y /unblind; case: (p) => [?|//]; rewrite size_mkseq.
  apply: (@eq_from_nth _ 0); rewrite ?size_mkseq // long_y => o lt_o.
  by rewrite nth_mkseq //; have := right (Ordinal lt_o); rewrite /= => /eqP.
have few := few_of_share k q_prime inside fits wrong; apply: leq_trans few.
apply/subset_leq_card/subsetP => c; rewrite !inE => /andP[_ /allP/(_ i)].
by rewrite mem_iota /= add0n => /(_ lt).
Qed.

(** ** One inference *)

Section Inference.
(** The trusted side's next layer and inputs, from everything released so far; the pads of each call and image; what the
    device answers to each call, and how many images it answers: it may know all but the challenges. *)
Variables (next : seq (seq array) -> ask) (pads : nat -> nat -> array).
Variables (device : seq (seq array) -> nat -> array) (answered : seq (seq array) -> nat).

(** The protocol: nothing when an answer is rejected, otherwise all that was released. *)
Fixpoint inference (calls : nat) (c : secrets) (done : seq (seq array)) : option (seq (seq array)) :=
  if calls is rest.+1 then
    let a := next done in
    if passes c a (pads (size done)) (device done) (answered done)
    then inference rest c (rcons done (results a (pads (size done)) (device done)))
    else None
  else Some done.

(** The network in the clear. *)
Fixpoint network (calls : nat) (done : seq (seq array)) : seq (seq array) :=
  if calls is rest.+1 then network rest (rcons done (in_clear (next done))) else done.

Lemma few_inferences calls done :
  (#|[set c | if inference calls c done is Some released then released != network calls done else false]| <= share)%N.
Proof.
elim: calls done => [|calls IH] done /=.
  by rewrite (_ : [set c | _] = set0) ?cards0 //; apply/setP => c; rewrite !inE eqxx.
have [same|differ] := eqVneq (results (next done) (pads (size done)) (device done)) (in_clear (next done)).
  apply: leq_trans (IH (rcons done (in_clear (next done)))).
  by apply/subset_leq_card/subsetP => c; rewrite !inE same; case: ifP.
apply: leq_trans (few_pass_wrong (answered done) differ).
by apply/subset_leq_card/subsetP => c; rewrite !inE; case: (passes _ _ _ _ _).
Qed.

(** §5.1. One inference from end to end, of any number of layers: for all pads and every adaptive device, of all challenges
    at most the fraction q^-k releases anything but what the network computes in the clear. *)
Theorem inference_released_is_clear calls :
  (#|[set c | if inference calls c [::] is Some released then released != network calls [::] else false]| * q ^ k
   <= #|{: secrets}|)%N.
Proof. by apply: leq_trans (leq_mul (few_inferences _ _) (leqnn _)) (leq_trunc_div _ _). Qed.

End Inference.
End OneLie.

(** ** A whole session *)

(** What has happened, in the order in which it did: a message was sent (its number is its place in this history); no
    answer to message j came; the answer to message j was accepted and this was released. *)
Definition event := option (nat * option (seq (seq int))).
Definition history := seq event.
Definition sent : event := None.
Definition failed (j : nat) : event := Some (j, None).
Definition released (j : nat) (ys : seq array) : event := Some (j, Some ys).

(** What happens next: a message is sent; message j gets no answer; message j gets `count` answers. *)
Inductive step := Send | Fail of nat | Answer of nat & (nat -> array) & nat.

Section Session.
(** The trusted side: what it asks for when a message is sent after this history (for any inference, of any user). The
    pads of each message and image. The world: the device, the network between, users and schedulers; it chooses what
    happens next, and may know everything but the challenges. *)
Variables (trusted : history -> ask) (pads : nat -> nat -> array) (world : history -> step).

Definition was_sent (h : history) (j : nat) : bool := nth (failed j) h j == sent.
Definition asked (h : history) (j : nat) : ask := trusted (take j h).

(** The session: an answer to what was never sent is not read, and a reject is the end. *)
Fixpoint session (steps : nat) (c : secrets) (h : history) : history :=
  if steps is rest.+1 then
    match world h with
    | Send => session rest c (rcons h sent)
    | Fail j => session rest c (rcons h (failed j))
    | Answer j answers count =>
        if ~~ was_sent h j then session rest c h
        else if passes c (asked h j) (pads j) answers count
        then session rest c (rcons h (released j (results (asked h j) (pads j) answers)))
        else h
    end
  else h.

(** The same history in the clear: wherever something was released, L(x) of what the trusted side asks for when all that
    it was given before was in the clear. *)
Definition event_in_clear (h : history) (e : event) : event :=
  if e is Some (j, Some _) then released j (in_clear (asked h j)) else e.
Definition in_the_clear (h : history) : history := foldl (fun clear e => rcons clear (event_in_clear clear e)) [::] h.

Lemma in_the_clear_rcons h e :
  in_the_clear (rcons h e) = rcons (in_the_clear h) (event_in_clear (in_the_clear h) e).
Proof. by rewrite /in_the_clear -cats1 foldl_cat. Qed.

Section Sound.
Hypotheses (q_prime : prime q) (inside : forall l, within (outputs l) (inputs l) (taps l)).
Hypothesis fits : forall l, 2 * bound l < q%:Z.

Lemma few_sessions steps h : in_the_clear h = h ->
  (#|[set c | session steps c h != in_the_clear (session steps c h)]| <= #|{: secrets}| %/ q ^ k)%N.
Proof.
elim: steps h => [|steps IH] h clear /=.
  by rewrite (_ : [set c | _] = set0) ?cards0 //; apply/setP => c; rewrite !inE clear eqxx.
case: (world h) => [|j|j answers count].
- by apply: IH; rewrite in_the_clear_rcons clear.
- by apply: IH; rewrite in_the_clear_rcons clear.
have [_|_] /= := boolP (was_sent h j); last exact: IH.
have [same|differ] := eqVneq (results (asked h j) (pads j) answers) (in_clear (asked h j)).
  apply: leq_trans (IH (rcons h (released j (in_clear (asked h j)))) _); last by rewrite in_the_clear_rcons clear.
  apply/subset_leq_card/subsetP => c; rewrite !inE same.
  by case: (passes _ _ _ _ _) => //; rewrite clear eqxx.
apply: leq_trans (few_pass_wrong q_prime inside fits count differ).
apply/subset_leq_card/subsetP => c; rewrite !inE; case: (passes _ _ _ _ _) => //.
by rewrite clear eqxx.
Qed.

End Sound.
End Session.

(** §5.1. A whole session as coded, with batches, failures and any number of inferences in flight: of all choices of
    challenges and of any random value independent of them (which may fix the inputs, the pads and the device's coins),
    at most the fraction q^-k ever releases anything but what the same trusted side computes in the clear. *)
Theorem session_released_is_clear (Coins : finType) (trusted : Coins -> history -> ask)
    (pads : Coins -> nat -> nat -> array) (world : Coins -> history -> step) (steps : nat) :
  prime q -> (forall l, within (outputs l) (inputs l) (taps l)) -> (forall l, 2 * bound l < q%:Z) ->
  (#|[set c_r : secrets * Coins |
      let h := session (trusted c_r.2) (pads c_r.2) (world c_r.2) steps c_r.1 [::] in
      h != in_the_clear (trusted c_r.2) h]| * q ^ k
   <= #|{: secrets * Coins}|)%N.
Proof.
move=> q_prime inside fits.
pose lied c r := let h := session (trusted r) (pads r) (world r) steps c [::] in h != in_the_clear (trusted r) h.
have few r : (#|[set c | lied c r]| <= #|{: secrets}| %/ q ^ k)%N by exact: few_sessions.
apply: leq_trans (leq_mul (card_fibres few) (leqnn _)) _.
by rewrite card_prod mulnAC leq_mul // leq_trunc_div.
Qed.

(** ** An honest device *)

(** §5.4. The other side: for all challenges and pads, honest answers to a call are accepted, and what is released is what
    the network computes in the clear. So the sessions above can come to their end. *)
Theorem honest_call_released (c : secrets) (a : ask) (pads : nat -> array) :
  (0 < q)%N -> (forall l, within (outputs l) (inputs l) (taps l)) ->
  (if p is Some p then 0 < p /\ forall l, 2 * bound l < p else True) ->
  let answers i := let sent := entry (message (layer_asked a) (nth [::] (images a) i) (pads i)) in
    mkseq (if p is Some p then honest (taps (layer_asked a)) sent p else apply (taps (layer_asked a)) sent)
      (outputs (layer_asked a)) in
  passes c a pads answers (size (images a)) /\ results a pads answers = in_clear a.
Proof.
move=> q_gt0 inside hidden answers; set l := layer_asked a.
have exact i : (i < size (images a))%N ->
    decodes l (answers i) /\ unblind l (pads i) (answers i) = linear l (nth [::] (images a) i).
  move=> lt; set x := nth _ _ _; have cert := images_certified (mem_nth [::] lt).
  rewrite /decodes /unblind /answers -/l -/x; case is_p: p hidden => [m|]; last first.
    move=> _; rewrite size_mkseq eqxx; split=> //; apply: (@eq_from_nth _ 0); rewrite ?size_mkseq // => o lt_o.
    rewrite !nth_mkseq //; apply: (apply_inside _ (inside l)) => j lt_j.
    by rewrite /entry /message is_p nth_mkseq.
  case=> m_gt0 fits_m.
  have said o : honest (taps l) (entry (message l x (pads i))) m o
              = honest (taps l) (blinded (entry x) (entry (pads i)) m) m o.
    rewrite /honest; congr (modulo _ _); apply: (apply_inside _ (inside l)) => j lt_j.
    by rewrite /entry /message is_p nth_mkseq.
  split.
    rewrite size_mkseq eqxx /=; apply/allP => r /(nthP 0)[o]; rewrite size_mkseq => lt_o <-.
    by rewrite nth_mkseq //; have [] := modulo_canonical m_gt0 (apply (taps l) (entry (message l x (pads i))) o).
  apply: (@eq_from_nth _ 0); rewrite ?size_mkseq // => o lt_o.
  rewrite !nth_mkseq // -(honest_exact (entry (pads i)) m_gt0 (cert o lt_o) (fits_m l)) /unblinded.
  by rewrite {1}/entry nth_mkseq // said.
split; last first.
  apply: (@eq_from_nth _ [::]); rewrite /results /in_clear size_mkseq ?size_map // => i lt.
  by rewrite nth_mkseq // (nth_map [::]) //; have [] := exact i lt.
apply/andP; split=> //; apply/allP => i; rewrite mem_iota /= add0n => lt.
have [can eq] := exact i lt; rewrite /image_passes can /=.
apply: right_answer_accepted => [|||o lt_o].
- exact: inside.
- exact: (images_certified (mem_nth [::] lt)).
- by rewrite ltz_nat.
by rewrite -/l eq /entry nth_mkseq.
Qed.

End Network.

(** §5.1. The whole session for the check modulus that is used, q = 2^31 - 1. *)
Theorem session_released_is_clear_M31 (layers k : nat) (outputs inputs : 'I_layers -> nat)
    (taps : 'I_layers -> taps_of_integers) (bound : 'I_layers -> int) (p : option int) (q := (2 ^ 31 - 1)%N) :
  (forall l, within (outputs l) (inputs l) (taps l)) -> (forall l, 2 * bound l < q%:Z) ->
  forall (Coins : finType) (trusted : Coins -> history -> ask outputs taps bound) (pads : Coins -> nat -> nat -> array)
    (world : Coins -> history -> step) (steps : nat),
  (#|[set c_r : secrets q k outputs * Coins |
      let h := session inputs p (trusted c_r.2) (pads c_r.2) (world c_r.2) steps c_r.1 [::] in
      h != in_the_clear (trusted c_r.2) h]| * q ^ k
   <= #|{: secrets q k outputs * Coins}|)%N.
Proof.
move=> inside fits Coins trusted pads world steps.
exact: (@session_released_is_clear q layers k outputs inputs taps bound p Coins trusted pads world steps prime_M31 inside fits).
Qed.
