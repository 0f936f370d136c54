(** * The two moduli are prime, by trial division *)
From Coq Require Import ZArith Lia.
From mathcomp Require Import all_ssreflect zify.

Set Implicit Arguments.
Unset Strict Implicit.
Unset Printing Implicit Defensive.

(** None of the `fuel` numbers from d on divides n. *)
Fixpoint no_divisor (fuel : nat) (d n : Z) : bool :=
  if fuel is rest.+1 then ~~ (n mod d =? 0)%Z && no_divisor rest (d + 1)%Z n else true.

Lemma no_divisorP fuel d n e : no_divisor fuel d n ->
  (d <= e < d + Z.of_nat fuel)%Z -> (n mod e)%Z <> 0%Z.
Proof.
elim: fuel d => [|fuel IH] d /=; first by move=> _; lia.
case/andP=> /negbTE/Z.eqb_neq first rest range; have [->//|ne] := Z.eq_dec e d.
by apply: IH rest _; lia.
Qed.

Lemma prime_by_trial (n fuel : nat) (N : Z) : Z.of_nat n = N -> (2 <= N)%Z ->
  (N < (Z.of_nat fuel + 2) * (Z.of_nat fuel + 2))%Z -> no_divisor fuel 2 N -> prime n.
Proof.
move=> nN N_ge2 enough none; apply/negPn/negP => /primePns[|[d [prime_d small divides]]]; first by lia.
have d_ge2 := prime_gt1 prime_d; have [k eq] := dvdnP divides.
apply: (no_divisorP none (_ : 2 <= Z.of_nat d < 2 + Z.of_nat fuel)%Z); first by move: small; rewrite -mulnn; nia.
by rewrite -nN eq Nat2Z.inj_mul Z_mod_mult.
Qed.

(** §1. q = 2^31 - 1, the modulus of the check and the larger pad modulus, is prime. *)
Theorem prime_M31 : prime (2 ^ 31 - 1).
Proof.
apply: (@prime_by_trial _ (Z.to_nat 46340) 2147483647); [by lia|by lia|by rewrite Z2Nat.id; lia|].
by vm_compute.
Qed.

(** §1. 2^24 - 3, the smaller pad modulus, is prime. *)
Theorem prime_P24 : prime (2 ^ 24 - 3).
Proof.
apply: (@prime_by_trial _ (Z.to_nat 4096) 16777213); [by lia|by lia|by rewrite Z2Nat.id; lia|].
by vm_compute.
Qed.
