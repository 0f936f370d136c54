(** * Integers: residues, balanced representatives, and why nothing wraps

    The integers are MathComp's `int`: exact, without limit, like BigInt. `|a|` is the absolute value. *)
From mathcomp Require Import all_ssreflect all_algebra zify.
From Slalom Require Import transpose convolution.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

Import GRing.Theory Num.Theory Order.Theory.
Local Open Scope ring_scope.

(** BigInt's a / b and a % b: the quotient is cut towards zero, the remainder has the sign of a. *)
Definition big_quotient (a b : int) : int := sgz a * sgz b * (`|a| %/ `|b|)%N%:Z.
Definition big_remainder (a b : int) : int := sgz a * (`|a| %% `|b|)%N%:Z.

(** `modulo` and `balanced` as src/reference/field.ts defines them. *)
Definition modulo (a p : int) : int :=
  let remainder := big_remainder a p in if remainder < 0 then remainder + p else remainder.

Definition balanced (a p : int) : int :=
  let residue := modulo a p in if residue > big_quotient (p - 1) 2 then residue - p else residue.

(** a and b are congruent modulo p. *)
Definition congruent (p a b : int) : Prop := (p %| a - b)%Z.

Lemma modz_unique (a p k r : int) : 0 <= r < p -> a = k * p + r -> (a %% p)%Z = r.
Proof. by move=> range ->; rewrite modzMDl modz_small. Qed.

Lemma modulo_modz a p : 0 < p -> modulo a p = (a %% p)%Z.
Proof.
case: p => // p; rewrite ltz_nat => p_gt0.
have rem_lt n : (n %% p < p)%N by rewrite ltn_mod.
rewrite /modulo /big_remainder; case: a => n.
  rewrite !absz_nat modz_nat; case: n => [|n]; first by rewrite mod0n mulr0.
  by rewrite gtr0_sgz // mul1r.
rewrite NegzE abszN !absz_nat ltr0_sgz ?oppr_lt0 // mulN1r.
have eq := divn_eq n.+1 p; have lt := rem_lt n.+1; apply/esym; case: ifP => neg.
  by apply: (@modz_unique _ _ (- (n.+1 %/ p)%N%:Z - 1)); lia.
by apply: (@modz_unique _ _ (- (n.+1 %/ p)%N%:Z)); lia.
Qed.

Section Residues.
Variable p : int.
Hypothesis p_gt0 : 0 < p.

(** §1. modulo(a, p) is canonical, that is in [0, p), and congruent to a. *)
Theorem modulo_canonical a : 0 <= modulo a p < p /\ congruent p (modulo a p) a.
Proof.
rewrite modulo_modz // modz_ge0 ?gt_eqF // ltz_pmod //; split=> //.
by rewrite /congruent -eqz_mod_dvd modz_mod.
Qed.

(** §1. Two integers have the same residue exactly when they are congruent. *)
Theorem modulo_equal a b : modulo a p = modulo b p <-> congruent p a b.
Proof. by rewrite !modulo_modz // /congruent -eqz_mod_dvd; split=> [->|/eqP]. Qed.

Lemma quotient_half : 2 * big_quotient (p - 1) 2 <= p - 1 < 2 * big_quotient (p - 1) 2 + 2.
Proof.
case: p p_gt0 => // -[|n] // _; rewrite /big_quotient (_ : n.+1%:Z - 1 = n%:Z); last by lia.
have -> : sgz n%:Z * sgz (2 : int) * (`|n%:Z| %/ `|2 : int|)%N%:Z = (n %/ 2)%N%:Z.
  rewrite (_ : sgz (2 : int) = 1) // (_ : `|2 : int|%N = 2%N) // absz_nat mulr1.
  by case: n => [|n]; [rewrite div0n mulr0 | rewrite gtr0_sgz // mul1r].
by have := divn_eq n 2; have := ltn_pmod n (isT : (0 < 2)%N); lia.
Qed.

(** §1. balanced(a, p), for odd p, is congruent to a and lies in [-(p-1)/2, (p-1)/2]. *)
Theorem balanced_range a : ~~ (2 %| p)%Z -> 2 * `|balanced a p| <= p - 1 /\ congruent p (balanced a p) a.
Proof.
move=> odd_p; have [range /dvdzP[k cong]] := modulo_canonical a; have := quotient_half.
rewrite /balanced; set h := big_quotient _ _; set r := modulo a p in range cong *; move=> half.
split; first by case: ifP; lia.
apply/dvdzP; case: ifP => _; last by exists k.
by exists (k - 1); lia.
Qed.

(** §5.4. balanced inverts the reduction modulo p: if |v| <= B and 2B < p, any a congruent to v (such as the device's
    residue minus u) has balanced(a, p) = v. *)
Theorem balanced_inverts (v a B : int) : `|v| <= B -> 2 * B < p -> congruent p a v -> balanced a p = v.
Proof.
move=> small fits /modulo_equal same; have := quotient_half.
rewrite /balanced same modulo_modz //; set h := big_quotient _ _; move=> half.
have [neg|pos] := ltP v 0.
  rewrite (@modz_unique v p (-1) (v + p)); [|lia|lia].
  by case: ifP; lia.
by rewrite modz_small; [case: ifP; lia|lia].
Qed.

(** §5.4. The form that the code uses: balanced(modulo(v, p), p) = v. *)
Theorem balanced_modulo (v B : int) : `|v| <= B -> 2 * B < p -> balanced (modulo v p) p = v.
Proof.
by move=> small fits; apply: (balanced_inverts small fits); have [_] := modulo_canonical v.
Qed.

End Residues.

(** §5.1. A wrong answer in range is wrong modulo q: if |y| <= B, |Lx| <= B, 2B < q and y differs from Lx, then the error
    y - Lx is not 0 modulo q. An honest sum that wraps cannot hide an error either. *)
Theorem error_survives (y Lx B q : int) :
  `|y| <= B -> `|Lx| <= B -> 2 * B < q -> y != Lx -> modulo (y - Lx) q != 0.
Proof.
move=> hy hL fits ne; have q_gt0 : 0 < q by lia.
rewrite modulo_modz //; apply/negP => /eqP/dvdz_mod0P/dvdzP[k eq].
have : k = 0 by nia.
by move=> k0; rewrite k0 mul0r in eq; case/eqP: ne; lia.
Qed.

(** ** The no-wrap certificate *)

(** §2.5. |sum of w[i] * x[i]| <= (sum of |w[i]|) * M when every |x[i]| <= M. *)
Theorem no_wrap (n : nat) (w x : nat -> int) (M : int) :
  (forall i, (i < n)%N -> `|x i| <= M) -> `|\sum_(i < n) w i * x i| <= (\sum_(i < n) `|w i|) * M.
Proof.
move=> range; apply: le_trans (ler_norm_sum _ _ _) _; rewrite mulr_suml; apply: ler_sum => i _.
by rewrite normrM ler_wpmul2l // range.
Qed.

(** §2.5. The bound of a dense map: |L(x)[o]| <= (sum of |w| in row o) * M. *)
Theorem no_wrap_dense (m n : nat) (w x : nat -> int) (M : int) (o : nat) :
  (forall i, (i < n)%N -> `|x i| <= M) -> (o < m)%N ->
  `|apply (dense_taps m n w) x o| <= (\sum_(i < n) `|w (o * n + i)%N|) * M.
Proof. by move=> range lt; rewrite apply_dense //; exact: (no_wrap (fun i => w (o * n + i)%N)). Qed.

Lemma sum_flat (m n : nat) (f : nat -> int) : \sum_(i < m) \sum_(j < n) f (i * n + j)%N = \sum_(t < m * n) f t.
Proof.
elim: m => [|m IH]; first by rewrite !big_ord0.
by rewrite big_ord_recr IH mulSnr big_split_ord.
Qed.

(** §2.5. The bound of a convolution: |L(x)[row, column, channel]| <= (sum of |w| over the channel's weights) * M.
    Padding only lowers it. *)
Theorem no_wrap_convolution (c : convolution [comRingType of int]) (x : nat -> int) (M : int) (row column channel : nat) :
  0 <= M -> grouped c -> (forall i, (i < input_length c)%N -> `|x i| <= M) ->
  (row < output_height c)%N -> (column < output_width c)%N -> (channel < output_channels c)%N ->
  `|apply (convolution_taps c) x (to c row column channel)|
  <= (\sum_(t < terms_per_output c) `|weights c (channel * terms_per_output c + t)%N|) * M.
Proof.
move=> M_ge0 g range lt_row lt_column lt_channel; rewrite apply_convolution //.
pose f t := `|weights c (channel * terms_per_output c + t)%N|.
rewrite /terms_per_output -(sum_flat _ _ f) -(sum_flat _ _ (fun ij => \sum_(k < inputs_per_group c) f (ij * inputs_per_group c + k)%N)).
rewrite !mulr_suml; apply: le_trans (ler_norm_sum _ _ _) _; apply: ler_sum => i _.
rewrite !mulr_suml; apply: le_trans (ler_norm_sum _ _ _) _; apply: ler_sum => j _.
rewrite !mulr_suml; apply: le_trans (ler_norm_sum _ _ _) _; apply: ler_sum => k _.
have -> : f ((i * kernel_width c + j) * inputs_per_group c + k)%N = `|weights c (weight_at c channel i j k)|.
  by rewrite /f /weight_at /terms_per_output; congr (`|weights c _|); lia.
case: ifP => [/andP[/andP[_ y_lt] /andP[_ x_lt]]|_].
  by rewrite normrM ler_wpmul2l // range // from_lt.
by rewrite normr0 mulr_ge0.
Qed.
