(** * Changes of scale and averages without 64-bit lanes

    The expressions of high-words.ts, two-limbs.ts and averages.ts in src/fast/trusted/kernels/assembly, one lane at a time, with
    the conditions of src/fast/trusted/kernels/bounds.ts. In Z, `/` rounds down, as an arithmetic shift does. *)
From Coq Require Import ZArith Lia.
From Slalom Require Import exactness.
Local Open Scope Z_scope.

Lemma pow_positive n : 0 <= n -> 0 < 2 ^ n.
Proof. intros; apply Z.pow_pos_nonneg; lia. Qed.

(** Rounding first to a multiple of d, then to one of d * e, is rounding to the latter at once, when the term added is a
    multiple of d. *)
Lemma two_roundings (v d e r : Z) : 0 < d -> 0 < e -> (v / d + r) / e = (v + r * d) / (d * e).
Proof. intros Hd He; rewrite <- Z.div_div by lia; rewrite Z.div_add by lia; reflexivity. Qed.

Lemma div_bounded (v d B : Z) : 0 < d -> Z.abs v <= B * d -> Z.abs (v / d) <= B.
Proof.
  intros Hd H; apply Z.abs_le; split.
  - apply Z.div_le_lower_bound; lia.
  - apply Z.lt_succ_r, Z.div_lt_upper_bound; nia.
Qed.

(** ** requantize: high words *)

(** The high word of a product, plus 2^(shift - 33), shifted by shift - 32. *)
Definition high_words (product shift : Z) : Z := (product / 2 ^ 32 + 2 ^ (shift - 32 - 1)) / 2 ^ (shift - 32).

(** §2.3. For shift >= 33 the high words alone give floor((product + 2^(shift-1)) / 2^shift), and every lane fits int32, for
    every |product| <= 2^62. *)
Theorem high_words_right (product shift : Z) : Z.abs product <= 2 ^ 62 -> 33 <= shift <= 62 ->
  Z.abs (product / 2 ^ 32) <= 2 ^ 30 /\ Z.abs (product / 2 ^ 32 + 2 ^ (shift - 32 - 1)) <= INT32_MAX /\
  high_words product shift = (product + 2 ^ (shift - 1)) / 2 ^ shift.
Proof.
  intros Hp Hs; unfold high_words, INT32_MAX.
  assert (H : Z.abs (product / 2 ^ 32) <= 2 ^ 30) by (apply div_bounded; lia).
  assert (2 ^ (shift - 32 - 1) <= 2 ^ 29) by (apply Z.pow_le_mono_r; lia).
  pose proof (pow_positive (shift - 32 - 1) ltac:(lia)); pose proof (pow_positive (shift - 32) ltac:(lia)).
  split; [exact H|]; split; [lia|].
  rewrite two_roundings, <- !Z.pow_add_r by lia; do 2 f_equal; f_equal; lia.
Qed.

(** ** add and rescale: two limbs *)

(** limbsOf in bounds.ts: m = low + 2^16 * high. *)
Definition low (m : Z) : Z := low_limb 16 m.
Definition high (m : Z) : Z := rest_of 16 m.

(** addForm, apart from the shift's range: what makes the lanes fit. *)
Definition short_sum_fits (m n shift : Z) : Prop :=
  17 <= shift /\ 2 ^ 15 * (Z.abs (low m) + Z.abs (low n)) <= INT32_MAX /\
  2 ^ 15 * (Z.abs (high m) + Z.abs (high n)) + 2 ^ 15 + 2 ^ (shift - 17) <= INT32_MAX.

(** scaled: H + floor(L / 2^16). *)
Definition scaled (a b m n : Z) : Z := a * high m + b * high n + (a * low m + b * low n) / 2 ^ 16.

Definition two_limb_lane (a b m n shift : Z) : Z := (scaled a b m n + 2 ^ (shift - 16 - 1)) / 2 ^ (shift - 16).

Lemma dot_bounded (a b c d : Z) : Z.abs a <= 2 ^ 15 -> Z.abs b <= 2 ^ 15 ->
  Z.abs (a * c + b * d) <= 2 ^ 15 * (Z.abs c + Z.abs d).
Proof.
  intros Ha Hb; pose proof (Z.abs_triangle (a * c) (b * d)) as T; rewrite !Z.abs_mul in T.
  pose proof (Z.abs_nonneg c); pose proof (Z.abs_nonneg d); nia.
Qed.

(** §2.4. Under the conditions of addForm both dot products, their combination and the rounded combination fit int32, and the
    lane gives floor((a * m + b * n + 2^(shift-1)) / 2^shift), for all int16 a and b. *)
Theorem two_limb_scale_right (a b m n shift : Z) : Z.abs a <= 2 ^ 15 -> Z.abs b <= 2 ^ 15 -> short_sum_fits m n shift ->
  Z.abs (a * low m + b * low n) <= INT32_MAX /\ Z.abs (a * high m + b * high n) <= INT32_MAX /\
  Z.abs (scaled a b m n) <= INT32_MAX /\ Z.abs (scaled a b m n + 2 ^ (shift - 16 - 1)) <= INT32_MAX /\
  two_limb_lane a b m n shift = (a * m + b * n + 2 ^ (shift - 1)) / 2 ^ shift.
Proof.
  intros Ha Hb [Hs [HL HH]]; unfold two_limb_lane, scaled.
  replace (shift - 16 - 1) with (shift - 17) by lia.
  pose proof (dot_bounded a b (low m) (low n) Ha Hb) as BL.
  pose proof (dot_bounded a b (high m) (high n) Ha Hb) as BH.
  pose proof (pow_positive (shift - 17) ltac:(lia)); pose proof (pow_positive (shift - 16) ltac:(lia)).
  set (L := a * low m + b * low n) in *; set (T := a * high m + b * high n) in *.
  assert (Z.abs (L / 2 ^ 16) <= 2 ^ 15) by (apply div_bounded; unfold INT32_MAX in *; lia).
  repeat (split; [lia|]).
  replace (T + L / 2 ^ 16 + 2 ^ (shift - 17)) with (L / 2 ^ 16 + (T + 2 ^ (shift - 17))) by ring.
  rewrite two_roundings by lia.
  assert (E1 : 2 ^ (shift - 17) * 2 ^ 16 = 2 ^ (shift - 1)) by (rewrite <- Z.pow_add_r by lia; f_equal; lia).
  assert (E2 : 2 ^ 16 * 2 ^ (shift - 16) = 2 ^ shift) by (rewrite <- Z.pow_add_r by lia; f_equal; lia).
  rewrite Z.mul_add_distr_r, E1, E2; f_equal.
  pose proof (limb_split 16 m ltac:(lia)) as Em; pose proof (limb_split 16 n ltac:(lia)) as En.
  unfold L, T, low, high; rewrite Em at 3; rewrite En at 3; ring.
Qed.

(** rescale's second operand, and the limb that makes the product the rounding term. *)
Definition unit_of (rest : Z) : Z := if 15 <? rest then 2 ^ 14 else 1.
Definition rounding_limb (rest : Z) : Z := 2 ^ (rest - 1) / unit_of rest.

(** §2.4. For shifts from 17 to 45 the constant pair of rescale is two int16, and its product is exactly 2^(shift - 17). *)
Theorem rounding_pair_right (shift : Z) : 17 <= shift <= 45 -> let rest := shift - 16 in
  0 <= unit_of rest <= INT16_MAX /\ 0 <= rounding_limb rest <= INT16_MAX /\
  unit_of rest * rounding_limb rest = 2 ^ (shift - 17).
Proof.
  intros Hs; cbv zeta; unfold rounding_limb, unit_of, INT16_MAX.
  replace (shift - 16 - 1) with (shift - 17) by lia.
  pose proof (pow_positive (shift - 17) ltac:(lia)).
  destruct (Z.ltb_spec 15 (shift - 16)).
  - assert (E : 2 ^ (shift - 17) = 2 ^ (shift - 31) * 2 ^ 14) by (rewrite <- Z.pow_add_r by lia; f_equal; lia).
    rewrite E, Z.div_mul by lia.
    assert (2 ^ (shift - 31) <= 2 ^ 14) by (apply Z.pow_le_mono_r; lia).
    pose proof (pow_positive (shift - 31) ltac:(lia)); lia.
  - rewrite Z.div_1_r.
    assert (2 ^ (shift - 17) <= 2 ^ 14) by (apply Z.pow_le_mono_r; lia); lia.
Qed.

(** ** Averages *)

Definition SMALL_WINDOW : Z := 255.
Definition first_sum (n : Z) : Z := n * 2 ^ 15 + n / 2.
Definition reciprocal (n : Z) : Z := 2 ^ 32 / n + 1.
Definition average_lane (n sum : Z) : Z := (first_sum n + sum) * reciprocal n / 2 ^ 32 - 2 ^ 15.

(** Halves go up: floor((sum + floor(n / 2)) / n) is floor((2 * sum + n) / (2 * n)). *)
Lemma half_rounding (n sum : Z) : 0 < n -> (sum + n / 2) / n = (2 * sum + n) / (2 * n).
Proof.
  intros Hn; rewrite <- Z.div_div by lia; f_equal.
  replace (2 * sum + n) with (n + sum * 2) by ring; rewrite Z.div_add by lia; ring.
Qed.

(** §2.4. For windows of 2 to 255 int16 entries the sums stay in int32 and the factor in 32 bits without sign, and the lane
    gives sum / n rounded, halves upwards. *)
Theorem average_right (n sum : Z) : 2 <= n <= SMALL_WINDOW -> - (n * 2 ^ 15) <= sum <= n * INT16_MAX ->
  0 <= first_sum n + sum <= INT32_MAX /\ 0 <= reciprocal n < 2 ^ 32 /\
  0 <= (first_sum n + sum) * reciprocal n < 2 ^ 63 /\ average_lane n sum = (2 * sum + n) / (2 * n).
Proof.
  unfold average_lane, first_sum, reciprocal, SMALL_WINDOW, INT16_MAX, INT32_MAX; intros Hn Hsum.
  set (v := n * 2 ^ 15 + n / 2 + sum); set (F := 2 ^ 32 / n + 1).
  assert (Hh : 0 <= n / 2 /\ 2 * (n / 2) <= n) by (Z.div_mod_to_equations; lia).
  assert (Hv : 0 <= v < n * 2 ^ 16) by (unfold v; lia).
  assert (HF : 2 ^ 32 < F * n <= 2 ^ 32 + n) by (unfold F; Z.div_mod_to_equations; lia).
  assert (F2 : 0 <= F <= 2 ^ 31 + 1).
  { unfold F; split; [apply Z.add_nonneg_nonneg; [apply Z.div_pos; lia|lia]|].
    assert (2 ^ 32 / n <= 2 ^ 32 / 2) by (apply Z.div_le_compat_l; lia).
    change (2 ^ 32 / 2) with (2 ^ 31) in *; lia. }
  split; [lia|]; split; [lia|]; split; [nia|].
  rewrite <- half_rounding by lia.
  assert (Q : v * F / 2 ^ 32 = v / n).
  { pose proof (Z.div_mod v n ltac:(lia)) as D; pose proof (Z.mod_pos_bound v n ltac:(lia)) as M.
    set (k := v / n) in *; set (r := v mod n) in *.
    assert (0 <= k < 2 ^ 16) by (split; [apply Z.div_pos; lia | apply Z.div_lt_upper_bound; lia]).
    symmetry; apply Z.div_unique with (v * F - 2 ^ 32 * k); [left|ring].
    assert (0 <= v * (F * n - 2 ^ 32) < 2 ^ 32) by nia.
    assert (n * (v * F - 2 ^ 32 * k) = v * (F * n - 2 ^ 32) + 2 ^ 32 * (v - n * k)) by ring.
    assert (v - n * k = r) by lia.
    nia. }
  rewrite Q; unfold v.
  replace (n * 2 ^ 15 + n / 2 + sum) with (sum + n / 2 + 2 ^ 15 * n) by ring.
  rewrite Z.div_add by lia; ring.
Qed.

(** §2.4. For a window of four the mean is (sum + 2) >> 2. *)
Theorem average_of_four (sum : Z) : (sum + 2) / 4 = (2 * sum + 4) / (2 * 4).
Proof. apply (half_rounding 4); lia. Qed.
