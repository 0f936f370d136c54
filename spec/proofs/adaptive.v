(** * Adaptive reuse: the same secret challenges, many uses

    A session keeps its challenges for many inferences, and the device may choose every answer after seeing how the
    earlier ones were judged. It sees one bit per use. The first "reject" ends the session, so all it ever sees before
    that is a row of "accept", and it has one lie: either the lie passes, or nothing is left to lie to. A session that
    went on after a reject would give it a lie per use; that is the second game here. *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import freivalds.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope nat_scope.

(** If for every value of an independent random value at most `bad` secrets are bad, then of all pairs at most
    bad * |random values| are. *)
Lemma card_fibres (Secret Coins : finType) (P : Secret -> Coins -> bool) (bad : nat) :
  (forall r, #|[set c | P c r]| <= bad) -> #|[set c_r : Secret * Coins | P c_r.1 c_r.2]| <= bad * #|Coins|.
Proof.
move=> few; rewrite -sum1_card (eq_bigl (fun c_r => xpredT c_r.2 && P c_r.1 c_r.2)); last first.
  by move=> c_r; rewrite inE.
rewrite (reindex (fun r_c : Coins * Secret => (r_c.2, r_c.1))) /=; last first.
  by exists (fun c_r => (c_r.2, c_r.1)) => [[]|[]].
rewrite -(pair_big_dep xpredT (fun r c => P c r) (fun _ _ => 1)) /= mulnC -sum_nat_const; apply: leq_sum => r _.
by apply: leq_trans (few r); rewrite sum1_card leq_eqVlt; apply/orP/or_introl/eqP/eq_card => c; rewrite inE.
Qed.

(** ** The game *)

Section Game.
(** Secrets: the finite set from which the trusted side draws its challenges, once, uniformly.
    Use: one call of the device with its answer; `passes` is the verdict, `wrong` says that the answer is not L(x). *)
Variables (Secret : finType) (Use : Type) (passes : Secret -> Use -> bool) (wrong : Use -> bool) (bad : nat).

(** Whatever wrong answer is given, at most `bad` of the secrets accept it. *)
Hypothesis few : forall use, wrong use -> #|[set c | passes c use]| <= bad.

(** A device's strategy, with everything else that decides what is asked and answered next (inputs of users, pads,
    the device's own coins) fixed: from the verdicts seen so far to the next use. *)
Definition strategy := seq bool -> Use.

(** The session accepts a wrong answer at least once within `uses` uses. A reject ends it. *)
Fixpoint fooled (uses : nat) (device : strategy) (c : Secret) (seen : seq bool) : bool :=
  if uses is rest.+1 then
    let use := device seen in
    if passes c use then wrong use || fooled rest device c (rcons seen true) else false
  else false.

Lemma fooled_few uses device seen : #|[set c | fooled uses device c seen]| <= bad.
Proof.
elim: uses seen => [|uses IH] seen /=.
  by rewrite (_ : [set c | _] = set0) ?cards0 //; apply/setP => c; rewrite !inE.
set use := device seen; have [is_wrong|is_right] := boolP (wrong use).
  by apply: leq_trans (few is_wrong); apply/subset_leq_card/subsetP => c; rewrite !inE; case: (passes c use).
apply: leq_trans (IH (rcons seen true)).
by apply/subset_leq_card/subsetP => c; rewrite !inE; case: (passes c use).
Qed.

(** §5.1. With a reject that ends the session a device has one lie. Any strategy, any number of uses: of all secrets, at
    most `bad` let the session accept a wrong answer even once; no factor for uses, layers, images or inferences. *)
Theorem one_lie (uses : nat) (device : strategy) : #|[set c | fooled uses device c [::]]| <= bad.
Proof. exact: fooled_few. Qed.

(** §5.1. The same when the strategy depends on a random value that is independent of the secret (the device's coins,
    the pads, the inputs): of all pairs of secret and random value, at most bad * |random values|. *)
Theorem one_lie_randomized (Coins : finType) (uses : nat) (device : Coins -> strategy) :
  #|[set c_r : Secret * Coins | fooled uses (device c_r.2) c_r.1 [::]]| <= bad * #|Coins|.
Proof. by apply: (card_fibres (P := fun c r => fooled uses (device r) c [::])) => r; exact: one_lie. Qed.

(** The game of a session that goes on after a reject: every use is judged, and every verdict is seen. *)
Fixpoint fooled_going_on (uses : nat) (device : strategy) (c : Secret) (seen : seq bool) : bool :=
  if uses is rest.+1 then
    let use := device seen in
    passes c use && wrong use || fooled_going_on rest device c (rcons seen (passes c use))
  else false.

Section GoingOn.
(** Right answers always pass: a verdict tells the device nothing new until a lie has passed. *)
Hypothesis complete : forall c use, ~~ wrong use -> passes c use.

Lemma fooled_going_on_few uses device seen : #|[set c | fooled_going_on uses device c seen]| <= uses * bad.
Proof.
elim: uses seen => [|uses IH] seen /=.
  by rewrite (_ : [set c | _] = set0) ?cards0 //; apply/setP => c; rewrite !inE.
set use := device seen; have [is_wrong|is_right] := boolP (wrong use); last first.
  apply: leq_trans (leq_trans (IH (rcons seen true)) _); last by rewrite leq_mul.
  by apply/subset_leq_card/subsetP => c; rewrite !inE andbF complete.
rewrite mulSn; apply: leq_trans (leq_add (few is_wrong) (IH (rcons seen false))).
apply: leq_trans (leq_card_setU _ _); apply/subset_leq_card/subsetP => c; rewrite !inE andbT.
by case: (passes c use).
Qed.

(** §5.1. A session that goes on after a reject, with the same challenges: any strategy that sees every verdict; of all
    secrets, at most uses * bad let the session accept a wrong answer even once: the union over all uses. *)
Theorem lie_per_use (uses : nat) (device : strategy) : #|[set c | fooled_going_on uses device c [::]]| <= uses * bad.
Proof. exact: fooled_going_on_few. Qed.

(** §5.1. The same for every random value that is independent of the secret. *)
Theorem lie_per_use_randomized (Coins : finType) (uses : nat) (device : Coins -> strategy) :
  #|[set c_r : Secret * Coins | fooled_going_on uses (device c_r.2) c_r.1 [::]]| <= uses * bad * #|Coins|.
Proof. by apply: (card_fibres (P := fun c r => fooled_going_on uses (device r) c [::])) => r; exact: lie_per_use. Qed.
End GoingOn.

End Game.

(** ** Batches *)

Section Batch.
Variables (Secret : finType) (Use : Type) (passes : Secret -> Use -> bool) (wrong : Use -> bool) (bad : nat).
Hypothesis few : forall use, wrong use -> #|[set c | passes c use]| <= bad.

(** The images of a batch, each held against the secret by itself; one verdict for all. *)
Definition batch_passes (c : Secret) (batch : seq Use) : bool := all (passes c) batch.
Definition batch_wrong (batch : seq Use) : bool := has wrong batch.

Lemma few_batches batch : batch_wrong batch -> #|[set c | batch_passes c batch]| <= bad.
Proof.
elim: batch => //= use rest IH; have [is_wrong _|_ /= /IH] := boolP (wrong use).
  by apply: leq_trans (few is_wrong); apply/subset_leq_card/subsetP => c; rewrite !inE => /andP[].
by apply: leq_trans; apply/subset_leq_card/subsetP => c; rewrite !inE => /andP[].
Qed.

(** §5.1. Batches whose images are held against the same challenges by one verdict: a batch of which any image is wrong is
    one lie. No factor for images either. *)
Theorem one_lie_batches (Coins : finType) (uses : nat) (device : Coins -> strategy (seq Use)) :
  #|[set c_r : Secret * Coins | fooled batch_passes batch_wrong uses (device c_r.2) c_r.1 [::]]| <= bad * #|Coins|.
Proof. by apply: one_lie_randomized => batch; exact: few_batches. Qed.
End Batch.

(** ** One layer, k challenges over a field *)

Section OneLayer.
Variables (F : finFieldType) (n k : nat).

(** The error of an answer, and the verdict of k challenges on it. *)
Definition folds_hold (c : vector (vector F n) k) (E : vector F n) : bool := [forall t, misses E (c t)].
Definition is_wrong (E : vector F n) : bool := [exists i, E i != 0%R].

Lemma few_miss E : is_wrong E -> #|[set c | folds_hold c E]| = (#|F| ^ n.-1) ^ k.
Proof. by move=> /existsP wrong_E; exact: freivalds_repeated. Qed.

(** §5.1. For every strategy that sees only "accept" until the first reject, at most (|F|^(n-1))^k of the (|F|^n)^k
    challenge tuples ever accept a wrong answer, however many uses there are: a fraction of at most |F|^-k. *)
Theorem adaptive_layer (uses : nat) (device : strategy (vector F n)) :
  #|[set c | fooled folds_hold is_wrong uses device c [::]]| <= (#|F| ^ n.-1) ^ k.
Proof. by apply: one_lie => E /few_miss->. Qed.

End OneLayer.

(** ** Many layers, each with challenges of its own *)

Section Product.
Variables (I : finType) (T : I -> finType).

(** One coordinate of a uniform tuple is uniform. *)
Lemma card_coordinate (P : forall l, pred (T l)) (l : I) :
  #|[set c : {dffun forall l, T l} | P l (c l)]| * #|T l| = #|[set x | P l x]| * #|{dffun forall l, T l}|.
Proof.
pose cell l' := [pred x : T l' | (l' != l) || P l' x].
have -> : #|[set c : {dffun forall l, T l} | P l (c l)]| = \prod_l' #|cell l'|.
  transitivity #|(family cell : simpl_pred {dffun forall l, T l})|.
    apply: eq_card => c; rewrite !inE; apply/idP/familyP => [Pc l'|/(_ l)]; last by rewrite inE eqxx.
    by rewrite inE; have [->|] := eqVneq.
  by rewrite card_family foldrE big_map -big_enum.
have -> : #|{dffun forall l, T l}| = \prod_l' #|T l'| by rewrite card_dep_ffun foldrE big_map -big_enum.
rewrite (bigD1 l) //= [in RHS](bigD1 l) //=.
have -> : #|cell l| = #|[set x | P l x]| by apply: eq_card => x; rewrite !inE eqxx.
rewrite mulnAC -!mulnA; congr (_ * (_ * _)).
by apply: eq_bigr => l' ne; apply: eq_card => x; rewrite !inE ne.
Qed.

End Product.

Section ManyLayers.
Variables (F : finFieldType) (layers : nat) (outputs : 'I_layers -> nat) (k : nat).

(** For every layer l, k challenges of outputs(l) entries each. *)
Definition challenges := {dffun forall l : 'I_layers, vector (vector F (outputs l)) k}.

(** A use names a layer l and makes the error E l there (the other entries of E play no part). *)
Definition layer_use := ('I_layers * (forall l, vector F (outputs l)))%type.
Definition layer_passes (c : challenges) (u : layer_use) : bool := folds_hold (c u.1) (u.2 u.1).
Definition layer_wrong (u : layer_use) : bool := is_wrong (u.2 u.1).

Lemma card_challenges l : #|{: vector (vector F (outputs l)) k}| = (#|F| ^ outputs l) ^ k.
Proof. by rewrite !card_ffun !card_ord. Qed.

Lemma few_pass (u : layer_use) : layer_wrong u ->
  #|[set c | layer_passes c u]| * #|F| ^ k = #|{: challenges}|.
Proof.
case: u => l E; rewrite /layer_wrong /layer_passes /= => wrong_E.
have := card_coordinate (fun l' (x : vector (vector F (outputs l')) k) => folds_hold x (E l')) l.
rewrite few_miss // card_challenges.
have n_gt0 : 0 < outputs l by case/existsP: wrong_E => i _; apply: leq_ltn_trans (ltn_ord i).
have F_gt0 : 0 < #|F| by apply/card_gt0P; exists 0%R.
have -> : (#|F| ^ outputs l) ^ k = (#|F| ^ (outputs l).-1) ^ k * #|F| ^ k.
  by rewrite -expnMn -expnSr prednK.
rewrite mulnCA => /eqP.
by rewrite eqn_pmul2l ?expn_gt0 ?F_gt0 // => /eqP.
Qed.

(** §5.1. For a session of many layers: of all tuples of challenges for all layers, the fraction that ever accepts a
    wrong answer is at most |F|^-k, whatever the number of uses (layers x images x inferences), for every adaptive
    strategy and every independent random value it may depend on. *)
Theorem adaptive_session (Coins : finType) (uses : nat) (device : Coins -> strategy layer_use) :
  #|[set c_r : challenges * Coins | fooled layer_passes layer_wrong uses (device c_r.2) c_r.1 [::]]| * #|F| ^ k
  <= #|{: challenges * Coins}|.
Proof.
have F_gt0 : 0 < #|F| ^ k by rewrite expn_gt0; apply/orP/or_introl/card_gt0P; exists 0%R.
have few u : layer_wrong u -> #|[set c | layer_passes c u]| <= #|{: challenges}| %/ #|F| ^ k.
  by move=> /few_pass <-; rewrite mulnK.
apply: leq_trans (leq_mul (one_lie_randomized few uses device) (leqnn _)) _.
by rewrite card_prod mulnAC leq_mul // leq_trunc_div.
Qed.

End ManyLayers.
