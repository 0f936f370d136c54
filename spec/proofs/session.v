(** * Soundness of a whole session: many layers, many inferences, an adaptive device, the reference check *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import freivalds transpose integers layer completeness adaptive soundness primes.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

Section Session.
(** q is prime; layer l has outputs(l) outputs, inputs(l) inputs, its taps and its certified bound, 2 * bound < q. *)
Variables (q : nat) (layers k : nat) (outputs inputs : 'I_layers -> nat).
Variables (taps : 'I_layers -> taps_of_integers) (bound : 'I_layers -> int).
Hypotheses (q_prime : prime q) (inside : forall l, within (outputs l) (inputs l) (taps l)).
Hypothesis fits : forall l, 2 * bound l < q%:Z.

(** One use: the layer, its input x, on which the certificate holds, whether the device's answer could be decoded at all
    (right length, every entry canonical), and y, what the trusted side makes of it. *)
Record use := Use {
  layer_of : 'I_layers;
  input_of : nat -> int;
  decoded : bool;
  answer_of : nat -> int;
  certified : forall o, (o < outputs layer_of)%N -> `|apply (taps layer_of) input_of o| <= bound layer_of }.

(** The session's secret: k challenges per layer, uniform and independent. *)
Definition secrets := {dffun forall l : 'I_layers, vector (vector 'F_q (outputs l)) k}.

Definition judge (x y : nat -> int) (l : 'I_layers) (s : vector (vector 'F_q (outputs l)) k) : bool :=
  verdict (inputs l) (taps l) x y (bound l) s.
Definition accepted (c : secrets) (u : use) : bool :=
  decoded u && judge (input_of u) (answer_of u) (c (layer_of u)).
Definition incorrect (u : use) : bool :=
  ~~ decoded u || [exists o : 'I_(outputs (layer_of u)), answer_of u o != apply (taps (layer_of u)) (input_of u) o].

Lemma card_own l : #|{: vector (vector 'F_q (outputs l)) k}| = ((q ^ outputs l) ^ k)%N.
Proof. by rewrite !card_ffun !card_ord Fp_cast. Qed.

Lemma few_accepted (u : use) : incorrect u -> (#|[set c | accepted c u]| * q ^ k <= #|{: secrets}|)%N.
Proof.
case: u => l x [] y cert; rewrite /incorrect /accepted /=; last first.
  by rewrite (_ : [set c | _] = set0) ?cards0 //; apply/setP => c; rewrite !inE.
case/existsP=> o ne.
have := card_coordinate (fun l' (s : vector (vector 'F_q (outputs l')) k) => judge x y s) l.
have m_gt0 : (0 < outputs l)%N by apply: leq_ltn_trans (ltn_ord o).
have rare : (#|[set s : vector (vector 'F_q (outputs l)) k | judge x y s]| <= (q ^ (outputs l).-1) ^ k)%N.
  exact: wrong_answer_accepted_rarely q_prime (inside l) cert (fits l) (ex_intro2 _ _ (o : nat) (ltn_ord o) ne).
rewrite card_own (_ : (q ^ outputs l) ^ k = (q ^ (outputs l).-1) ^ k * q ^ k)%N; last first.
  by rewrite -expnMn -expnSr prednK.
have gt0 : (0 < (q ^ (outputs l).-1) ^ k)%N by rewrite !expn_gt0 prime_gt0.
move=> eq; rewrite -(leq_pmul2l gt0) mulnCA eq; exact: leq_mul.
Qed.

Lemma correct_accepted (c : secrets) (u : use) : ~~ incorrect u -> accepted c u.
Proof.
rewrite /incorrect negb_or negbK negb_exists => /andP[is_decoded /forallP right].
rewrite /accepted is_decoded; apply: right_answer_accepted => [|||o lt].
- exact: inside.
- exact: certified.
- by rewrite ltz_nat prime_gt0.
by have := right (Ordinal lt); rewrite negbK => /eqP.
Qed.

Let share := (#|{: secrets}| %/ q ^ k)%N.

Lemma few_of_share (u : use) : incorrect u -> (#|[set c | accepted c u]| <= share)%N.
Proof. by move=> /few_accepted; rewrite leq_divRL // expn_gt0 prime_gt0. Qed.

Lemma share_of_pairs (Coins : finType) (lies count : nat) :
  (count <= lies * share * #|Coins| -> count * q ^ k <= lies * #|{: secrets * Coins}|)%N.
Proof.
move=> le; apply: leq_trans (leq_mul le (leqnn _)) _.
by rewrite card_prod mulnAC -!mulnA leq_mul // mulnA leq_mul // leq_trunc_div.
Qed.

(** §5.1. For every session, every adaptive device and every random value independent of the challenges (pads, coins,
    inputs): of all choices, the fraction in which a wrong answer is ever accepted is at most q^-k, whatever the number of
    uses (layers x images x inferences). The uses stand in the order in which answers are judged, whichever inference each
    belongs to: with several in flight too that is one sequence. *)
Theorem session_sound (Coins : finType) (uses : nat) (device : Coins -> strategy use) :
  (#|[set c_r : secrets * Coins | fooled accepted incorrect uses (device c_r.2) c_r.1 [::]]| * q ^ k
   <= #|{: secrets * Coins}|)%N.
Proof.
rewrite -[X in (_ <= X)%N]mul1n; apply: share_of_pairs; rewrite mul1n.
by have few := one_lie_randomized few_of_share uses device.
Qed.

(** §5.1. The same for batches: a use is the images of a batch, of any number, held against the same challenges each by
    itself and judged by one verdict; it is wrong when any image is. *)
Theorem session_sound_batches (Coins : finType) (uses : nat) (device : Coins -> strategy (seq use)) :
  (#|[set c_r : secrets * Coins |
      fooled (batch_passes accepted) (batch_wrong incorrect) uses (device c_r.2) c_r.1 [::]]| * q ^ k
   <= #|{: secrets * Coins}|)%N.
Proof.
rewrite -[X in (_ <= X)%N]mul1n; apply: share_of_pairs; rewrite mul1n.
by have few := one_lie_batches few_of_share uses device.
Qed.

(** §5.1. A session that would go on after a reject with the same challenges, its device seeing every verdict: the
    fraction in which a wrong answer is ever accepted within `uses` uses is at most uses * q^-k. *)
Theorem session_sound_going_on (Coins : finType) (uses : nat) (device : Coins -> strategy use) :
  (#|[set c_r : secrets * Coins | fooled_going_on accepted incorrect uses (device c_r.2) c_r.1 [::]]| * q ^ k
   <= uses * #|{: secrets * Coins}|)%N.
Proof. by apply: share_of_pairs; have few := lie_per_use_randomized few_of_share correct_accepted uses device. Qed.

End Session.

Section M31.
(** The check modulus that is used. *)
Variables (layers k : nat) (outputs inputs : 'I_layers -> nat).
Variables (taps : 'I_layers -> taps_of_integers) (bound : 'I_layers -> int).
Let q := (2 ^ 31 - 1)%N.
Hypothesis inside : forall l, within (outputs l) (inputs l) (taps l).
Hypothesis fits : forall l, 2 * bound l < q%:Z.

Notation use := (use outputs taps bound).
Notation secrets := (secrets q k outputs).
Notation accepted := (@accepted q layers k outputs inputs taps bound).
Notation incorrect := (@incorrect layers outputs taps bound).

(** §5.1. One lie for the check modulus that is used, q = 2^31 - 1. *)
Theorem session_sound_M31 (Coins : finType) (uses : nat) (device : Coins -> strategy use) :
  (#|[set c_r : secrets * Coins | fooled accepted incorrect uses (device c_r.2) c_r.1 [::]]| * q ^ k
   <= #|{: secrets * Coins}|)%N.
Proof. exact: session_sound prime_M31 inside fits _ _ _. Qed.

(** §5.1. One lie in batches for q = 2^31 - 1. *)
Theorem session_sound_batches_M31 (Coins : finType) (uses : nat) (device : Coins -> strategy (seq use)) :
  (#|[set c_r : secrets * Coins |
      fooled (batch_passes accepted) (batch_wrong incorrect) uses (device c_r.2) c_r.1 [::]]| * q ^ k
   <= #|{: secrets * Coins}|)%N.
Proof. exact: session_sound_batches prime_M31 inside fits _ _ _. Qed.

(** §5.1. The union for sessions that go on after a reject, for q = 2^31 - 1. *)
Theorem session_sound_going_on_M31 (Coins : finType) (uses : nat) (device : Coins -> strategy use) :
  (#|[set c_r : secrets * Coins | fooled_going_on accepted incorrect uses (device c_r.2) c_r.1 [::]]| * q ^ k
   <= uses * #|{: secrets * Coins}|)%N.
Proof. exact: session_sound_going_on prime_M31 inside fits _ _ _. Qed.

End M31.
