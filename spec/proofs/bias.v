(** * The accumulator with its bias

    What a network checks of a linear operation: B, the maximum over channels of the sum of |w| times the largest |x|, and
    B + max |bias| < 2^31. Then y + bias fits int32 for every input in the declared range and every channel. *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import transpose convolution integers.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(** let largest = 0; for each of n: largest = Math.max(largest, f(i)). *)
Fixpoint largest (n : nat) (f : nat -> int) : int :=
  if n is m.+1 then Num.max (largest m f) (f m) else 0.

Lemma largest_ge n f i : (i < n)%N -> f i <= largest n f.
Proof.
elim: n => // n IH; rewrite ltnS leq_eqVlt /= le_maxr => /orP[/eqP->|lt]; first by rewrite lexx orbT.
by rewrite IH.
Qed.

(** The largest |x| of a declared range. *)
Definition largest_input (minimum maximum : int) : int := Num.max (- minimum) maximum.

(** outputBound: rows of `terms` weights, one for each channel. *)
Definition output_bound (channels terms : nat) (w : nat -> int) (minimum maximum : int) : int :=
  largest channels (fun channel => \sum_(t < terms) `|w (channel * terms + t)%N|) * largest_input minimum maximum.

Definition largest_bias (channels : nat) (bias : nat -> int) : int := largest channels (fun channel => `|bias channel|).

Definition fits_int32 (a : int) : Prop := - 2 ^+ 31 <= a <= 2 ^+ 31 - 1.

Lemma input_small minimum maximum v : minimum <= v <= maximum -> `|v| <= largest_input minimum maximum.
Proof. by rewrite /largest_input; lia. Qed.

Lemma input_ge0 minimum maximum : minimum <= 0 <= maximum -> 0 <= largest_input minimum maximum.
Proof. by rewrite /largest_input; lia. Qed.

Lemma accumulator_fits channels terms w bias minimum maximum channel y :
  minimum <= 0 <= maximum -> (channel < channels)%N ->
  output_bound channels terms w minimum maximum + largest_bias channels bias < 2 ^+ 31 ->
  `|y| <= (\sum_(t < terms) `|w (channel * terms + t)%N|) * largest_input minimum maximum ->
  `|y| <= output_bound channels terms w minimum maximum /\ fits_int32 (y + bias channel).
Proof.
move=> zero lt fits small.
have bounded : `|y| <= output_bound channels terms w minimum maximum.
  apply: le_trans small _; apply: ler_wpmul2r; first exact: input_ge0.
  exact: (largest_ge (fun ch => \sum_(t < terms) `|w (ch * terms + t)%N|)).
split=> //; have := largest_ge (fun ch => `|bias ch|) lt; rewrite -/(largest_bias channels bias) /fits_int32.
by move: fits; move: (2 ^+ 31 : int) => limit; lia.
Qed.

(** §2.5. A dense map: |y| <= B, and y + bias fits int32, for every row and every x in the declared range. *)
Theorem dense_accumulator_fits (m n : nat) (w x bias : nat -> int) (minimum maximum : int) (o : nat) :
  minimum <= 0 <= maximum -> (forall i, (i < n)%N -> minimum <= x i <= maximum) -> (o < m)%N ->
  output_bound m n w minimum maximum + largest_bias m bias < 2 ^+ 31 ->
  `|apply (dense_taps m n w) x o| <= output_bound m n w minimum maximum /\
  fits_int32 (apply (dense_taps m n w) x o + bias o).
Proof.
move=> zero range lt fits; apply: accumulator_fits => //.
by apply: no_wrap_dense => // i lt_i; apply/input_small/range.
Qed.

(** §2.5. A convolution: |y| <= B, and y + bias fits int32, for every place, every channel and every x in the declared range. *)
Theorem convolution_accumulator_fits (c : convolution [comRingType of int]) (x bias : nat -> int) (minimum maximum : int)
    (row column channel : nat) :
  let B := output_bound (output_channels c) (terms_per_output c) (weights c) minimum maximum in
  let y := apply (convolution_taps c) x (to c row column channel) in
  minimum <= 0 <= maximum -> grouped c -> (forall i, (i < input_length c)%N -> minimum <= x i <= maximum) ->
  (row < output_height c)%N -> (column < output_width c)%N -> (channel < output_channels c)%N ->
  B + largest_bias (output_channels c) bias < 2 ^+ 31 ->
  `|y| <= B /\ fits_int32 (y + bias channel).
Proof.
move=> B y zero g range lt_row lt_column lt_channel fits; apply: accumulator_fits => //.
by apply: no_wrap_convolution => //; [exact: input_ge0 | move=> i lt_i; apply/input_small/range].
Qed.
