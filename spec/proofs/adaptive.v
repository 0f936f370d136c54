(** * Adaptive reuse: the same secret challenges, many uses, until the first reject

    A session keeps its challenges for many inferences, and the device may choose every answer after seeing how the
    earlier ones were judged. It sees one bit per use, and the first "reject" ends the session, so all it ever sees
    before that is a row of "accept". *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import freivalds.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope nat_scope.

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

Lemma fooled_few uses device seen : #|[set c | fooled uses device c seen]| <= uses * bad.
Proof.
elim: uses seen => [|uses IH] seen /=.
  by rewrite (_ : [set c | _] = set0) ?cards0 //; apply/setP => c; rewrite !inE.
set use := device seen; have [is_wrong|is_right] := boolP (wrong use).
  apply: leq_trans (_ : #|[set c | passes c use]| <= _); last by rewrite mulSn (leq_trans (few is_wrong)) ?leq_addr.
  by apply/subset_leq_card/subsetP => c; rewrite !inE; case: (passes c use).
apply: leq_trans (leq_trans (IH (rcons seen true)) _); last by rewrite leq_mul.
by apply/subset_leq_card/subsetP => c; rewrite !inE; case: (passes c use).
Qed.

(** §5.1. Any strategy: of all secrets, at most uses * bad let the session accept a wrong answer even once. *)
Theorem adaptive_reuse (uses : nat) (device : strategy) :
  #|[set c | fooled uses device c [::]]| <= uses * bad.
Proof. exact: fooled_few. Qed.

(** §5.1. The same when the strategy depends on a random value that is independent of the secret (the device's coins,
    the pads, the inputs): of all pairs of secret and random value, at most uses * bad * |random values|. *)
Theorem adaptive_reuse_randomized (Coins : finType) (uses : nat) (device : Coins -> strategy) :
  #|[set c_r : Secret * Coins | fooled uses (device c_r.2) c_r.1 [::]]| <= uses * bad * #|Coins|.
Proof.
rewrite -sum1_card (eq_bigl (fun c_r => xpredT c_r.2 && fooled uses (device c_r.2) c_r.1 [::])); last first.
  by move=> c_r; rewrite inE.
rewrite (reindex (fun r_c : Coins * Secret => (r_c.2, r_c.1))) /=; last first.
  by exists (fun c_r => (c_r.2, c_r.1)) => [[]|[]].
rewrite -(pair_big_dep xpredT (fun r c => fooled uses (device r) c [::]) (fun _ _ => 1)) /=.
rewrite mulnC -sum_nat_const; apply: leq_sum => r _.
apply: leq_trans (adaptive_reuse uses (device r)).
by rewrite sum1_card leq_eqVlt; apply/orP/or_introl/eqP/eq_card => c; rewrite inE.
Qed.

End Game.

(** ** One layer, k challenges over a field *)

Section OneLayer.
Variables (F : finFieldType) (n k : nat).

(** The error of an answer, and the verdict of k challenges on it. *)
Definition folds_hold (c : vector (vector F n) k) (E : vector F n) : bool := [forall t, misses E (c t)].
Definition is_wrong (E : vector F n) : bool := [exists i, E i != 0%R].

Lemma few_miss E : is_wrong E -> #|[set c | folds_hold c E]| = (#|F| ^ n.-1) ^ k.
Proof. by move=> /existsP wrong_E; exact: freivalds_repeated. Qed.

(** §5.1. For every strategy that sees only "accept" until the first reject, at most uses * (|F|^(n-1))^k of the
    (|F|^n)^k challenge tuples accept a wrong answer within `uses` uses: a fraction of at most uses * |F|^-k. *)
Theorem adaptive_layer (uses : nat) (device : strategy (vector F n)) :
  #|[set c | fooled folds_hold is_wrong uses device c [::]]| <= uses * (#|F| ^ n.-1) ^ k.
Proof. by apply: adaptive_reuse => E /few_miss->. Qed.

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
    wrong answer within `uses` uses (layers x inferences) is at most uses * |F|^-k, for every adaptive strategy and
    every independent random value it may depend on. *)
Theorem adaptive_session (Coins : finType) (uses : nat) (device : Coins -> strategy layer_use) :
  #|[set c_r : challenges * Coins | fooled layer_passes layer_wrong uses (device c_r.2) c_r.1 [::]]| * #|F| ^ k
  <= uses * #|{: challenges * Coins}|.
Proof.
have F_gt0 : 0 < #|F| ^ k by rewrite expn_gt0; apply/orP/or_introl/card_gt0P; exists 0%R.
have few u : layer_wrong u -> #|[set c | layer_passes c u]| <= #|{: challenges}| %/ #|F| ^ k.
  by move=> /few_pass <-; rewrite mulnK.
apply: leq_trans (leq_mul (adaptive_reuse_randomized few uses device) (leqnn _)) _.
by rewrite card_prod mulnAC -!mulnA leq_mul // mulnA leq_mul // leq_trunc_div.
Qed.

End ManyLayers.
