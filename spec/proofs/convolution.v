(** * The convolution's index set

    The taps of a convolution with stride, padding, dilation and groups, visited by the loops of
    forEachConvolutionTap in src/reference/taps.ts, with the same names. *)
From mathcomp Require Import all_ssreflect all_algebra.
From Slalom Require Import transpose.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory.
Local Open Scope nat_scope.

(** for (let i = 0; i < n; i++) body(i): everything the body gives, in order. *)
Definition loop (A : Type) (n : nat) (body : nat -> seq A) : seq A := flatten [seq body i | i <- iota 0 n].

Lemma all_loop (A : Type) (P : pred A) n body : (forall i, i < n -> all P (body i)) -> all P (loop n body).
Proof.
rewrite /loop; have : all (fun i => i < n) (iota 0 n) by apply/allP => i; rewrite mem_iota.
by elim: (iota 0 n) => //= i rest IH /andP[lt /IH{}IH] H; rewrite all_cat H ?IH.
Qed.

Lemma sum_loop (A : Type) (R : ringType) (P : pred A) (f : A -> R) n body :
  (\sum_(t <- loop n body | P t) f t = \sum_(i < n) \sum_(t <- body i | P t) f t)%R.
Proof. by rewrite /loop big_flatten big_map -{1}[n]subn0 -/(index_iota 0 n) big_mkord. Qed.

Section Convolution.
Variable R : comRingType.

(** The fields of `Convolution` in src/model/linear-map.ts, the input's extent first. *)
Record convolution := Convolution {
  height : nat; width : nat; channels : nat;
  kernel_height : nat; kernel_width : nat;
  stride_y : nat; stride_x : nat; dilation_y : nat; dilation_x : nat;
  top : nat; bottom : nat; left : nat; right : nat;
  groups : nat; output_channels : nat;
  weights : nat -> R }.

Variable c : convolution.

(** How many steps a kernel can make: floor((size + before + after - (spread * (taps - 1) + 1)) / step) + 1. *)
Definition span (size before after taps step spread : nat) : nat :=
  (size + before + after - (spread * (taps - 1) + 1)) %/ step + 1.

Definition output_height := span (height c) (top c) (bottom c) (kernel_height c) (stride_y c) (dilation_y c).
Definition output_width := span (width c) (left c) (right c) (kernel_width c) (stride_x c) (dilation_x c).
Definition inputs_per_group := channels c %/ groups c.
Definition outputs_per_group := output_channels c %/ groups c.
Definition input_length := height c * width c * channels c.
Definition output_length := output_height * output_width * output_channels c.
Definition terms_per_output := kernel_height c * kernel_width c * inputs_per_group.

(** y = row * stride.y + i * dilation.y - padding.top, skipped when y < 0 or y >= input.height; x alike. Natural
    numbers have no negatives, so "y < 0" is said before subtracting. *)
Definition y_of (row i : nat) := row * stride_y c + i * dilation_y c - top c.
Definition x_of (column j : nat) := column * stride_x c + j * dilation_x c - left c.
Definition y_inside (row i : nat) := (top c <= row * stride_y c + i * dilation_y c) && (y_of row i < height c).
Definition x_inside (column j : nat) := (left c <= column * stride_x c + j * dilation_x c) && (x_of column j < width c).

Definition to (row column channel : nat) := (row * output_width + column) * output_channels c + channel.
Definition from (y x channel k : nat) :=
  (y * width c + x) * channels c + (channel %/ outputs_per_group) * inputs_per_group + k.
Definition weight_at (channel i j k : nat) := ((channel * kernel_height c + i) * kernel_width c + j) * inputs_per_group + k.

Definition convolution_taps : seq (tap R) :=
  loop output_height (fun row =>
    loop output_width (fun column =>
      loop (output_channels c) (fun channel =>
        loop (kernel_height c) (fun i =>
          if y_inside row i then
            loop (kernel_width c) (fun j =>
              if x_inside column j then
                loop inputs_per_group (fun k =>
                  [:: Tap (to row column channel)
                          (from (y_of row i) (x_of column j) channel k)
                          (weights c (weight_at channel i j k))])
              else [::])
          else [::])))).

(** The part of `aLinearMap`'s conditions that the index set rests on: the groups divide both channel counts. *)
Definition grouped := [&& 0 < groups c, groups c %| channels c & groups c %| output_channels c].

Lemma index_lt (a b m n : nat) : a < m -> b < n -> a * n + b < m * n.
Proof. by move=> lt_a lt_b; rewrite -ltn_divLR ?divnMDl ?divn_small ?addn0 // (leq_trans _ lt_b). Qed.

Lemma from_lt y x channel k : grouped -> y < height c -> x < width c -> channel < output_channels c ->
  k < inputs_per_group -> from y x channel k < input_length.
Proof.
case/and3P=> g_gt0 g_in g_out lt_y lt_x lt_channel lt_k.
rewrite /from -addnA; apply: index_lt; first exact: index_lt.
have -> : channels c = groups c * inputs_per_group by rewrite mulnC divnK.
apply: index_lt => //.
have eq : output_channels c = groups c * outputs_per_group by rewrite mulnC divnK.
rewrite eq in lt_channel; rewrite ltn_divLR //.
by move: lt_channel; case: outputs_per_group => //; rewrite muln0.
Qed.

Lemma convolution_within : grouped -> within output_length input_length convolution_taps.
Proof.
move=> g; rewrite /within.
apply: all_loop => row lt_row; apply: all_loop => column lt_column; apply: all_loop => channel lt_channel.
apply: all_loop => i lt_i; case: ifP => // /andP[_ lt_y].
apply: all_loop => j lt_j; case: ifP => // /andP[_ lt_x].
apply: all_loop => k lt_k; rewrite /= andbT from_lt // andbT.
by apply: index_lt => //; apply: index_lt.
Qed.

(** §1. The identity for the convolution's index set: <s, L(x)> = <transpose of L applied to s, x>, whatever stride,
    padding, dilation and groups are. *)
Theorem transpose_convolution (s x : nat -> R) : grouped ->
  inner output_length s (apply convolution_taps x) = inner input_length (transpose convolution_taps s) x.
Proof. by move=> g; apply/transpose_taps/convolution_within. Qed.

Lemma to_inj row column channel row' column' channel' :
  column < output_width -> column' < output_width -> channel < output_channels c -> channel' < output_channels c ->
  (to row column channel == to row' column' channel') = [&& row == row', column == column' & channel == channel'].
Proof.
move=> ltw ltw' ltc ltc'; apply/eqP/and3P => [|[/eqP-> /eqP-> /eqP->]//]; rewrite /to => eq.
have := congr1 (modn^~ (output_channels c)) eq; rewrite !modnMDl !modn_small // => ->.
have c_gt0 : 0 < output_channels c by apply: leq_trans ltc.
have w_gt0 : 0 < output_width by apply: leq_trans ltw.
have := congr1 (divn^~ (output_channels c)) eq; rewrite !divnMDl // !divn_small // !addn0 => eq'.
have := congr1 (modn^~ output_width) eq'; rewrite !modnMDl !modn_small // => ->.
by have := congr1 (divn^~ output_width) eq'; rewrite !divnMDl // !divn_small // !addn0 => ->.
Qed.

Local Open Scope ring_scope.

(** §2.3. The walk computes the convolution: y[row, column, channel] is the sum over (i, j, k), inside the image, of
    weights[channel, i, j, k] * x[row * stride.y + i * dilation.y - top, column * stride.x + j * dilation.x - left,
    group * channels / groups + k]. *)
Theorem apply_convolution (x : nat -> R) (row column channel : nat) :
  (row < output_height)%N -> (column < output_width)%N -> (channel < output_channels c)%N ->
  apply convolution_taps x (to row column channel) =
  \sum_(i < kernel_height c) \sum_(j < kernel_width c) \sum_(k < inputs_per_group)
    (if y_inside row i && x_inside column j
     then weights c (weight_at channel i j k) * x (from (y_of row i) (x_of column j) channel k) else 0).
Proof.
move=> lt_row lt_column lt_channel; rewrite apply_sum /convolution_taps sum_loop.
pose body r q ch : R := \sum_(i < kernel_height c) \sum_(j < kernel_width c) \sum_(k < inputs_per_group)
    (if y_inside r i && x_inside q j
     then weights c (weight_at ch i j k) * x (from (y_of r i) (x_of q j) ch k) else 0).
transitivity (\sum_(r < output_height) \sum_(q < output_width) \sum_(ch < output_channels c)
   if [&& r == row :> nat, q == column :> nat & ch == channel :> nat] then body r q ch else 0).
  apply: eq_bigr => r _; rewrite sum_loop; apply: eq_bigr => q _; rewrite sum_loop; apply: eq_bigr => ch _.
  rewrite sum_loop -(to_inj r row (ltn_ord q) lt_column (ltn_ord ch) lt_channel) /body.
  case: ifP => eq_to; last first.
    rewrite big1 // => i _; case: ifP => _; last by rewrite big_nil.
    rewrite sum_loop big1 // => j _; case: ifP => _; last by rewrite big_nil.
    by rewrite sum_loop big1 // => k _; rewrite big_cons big_nil /= eq_to.
  apply: eq_bigr => i _; case: ifP => _; last first.
    by rewrite big_nil big1 // => j _; rewrite big1.
  rewrite sum_loop; apply: eq_bigr => j _; case: ifP => _; last by rewrite big_nil big1.
  by rewrite sum_loop; apply: eq_bigr => k _; rewrite big_cons big_nil /= eq_to addr0.
rewrite (bigD1 (Ordinal lt_row)) //= [X in _ + X]big1 ?addr0; last first.
  move=> r /negbTE ne; rewrite big1 // => q _; rewrite big1 // => ch _.
  by rewrite -[r == row :> nat]/(r == Ordinal lt_row) ne.
rewrite (bigD1 (Ordinal lt_column)) //= [X in _ + X]big1 ?addr0; last first.
  move=> q /negbTE ne; rewrite big1 // => ch _.
  by rewrite -[q == column :> nat]/(q == Ordinal lt_column) ne andbF.
rewrite (bigD1 (Ordinal lt_channel)) //= [X in _ + X]big1 ?addr0; last first.
  move=> ch /negbTE ne.
  by rewrite -[ch == channel :> nat]/(ch == Ordinal lt_channel) ne !andbF.
by rewrite !eqxx.
Qed.

End Convolution.
