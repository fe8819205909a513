;; One operation on arrays of one type, the fourth part of the module that `scalars.wat` begins. The text stands once for
;; each operation: {name} is `f64.add` and the like, {f} the type, {v} its vector, {op} the operation, {y} its second
;; operand.
;;
;; The loops of numpy would be checked after the fact, at half their speed or less. These ones check each result before
;; it is stored, while the operands are still there, and take no longer than numpy's.

;; for each kernel
;; Strided numbers, one after the other, as the loop of numpy does it: an operand may be the result before. There is no
;; call in the loop, which would then keep its variables in memory.
(func $each.{name} (param $a i32) (param $as i32) (param $b i32) (param $bs i32) (param $o i32) (param $os i32)
  (param $n i32)
  (local $x {f}) (local $y {f}) (local $r {f}) (local $bits i32)
  (loop $next
    (local.set $x ({f}.load (local.get $a)))
    (local.set $y ({f}.load (local.get $b)))
    (local.set $r ({f}.{op} (local.get $x) {y}))
    ({f}.store (local.get $o) (local.get $r))
    (if (i32.eqz ({f}.lt ({f}.abs (local.get $r)) ({f}.const inf)))
      (then
        (if ({f}.ne (local.get $r) (local.get $r))
          (then
            (if (i32.and ({f}.eq (local.get $x) (local.get $x)) ({f}.eq (local.get $y) (local.get $y)))
              (then (local.set $bits (i32.or (local.get $bits) (i32.const 8))))))
          (else
            (if (i32.and
                  ({f}.lt ({f}.abs (local.get $x)) ({f}.const inf))
                  ({f}.lt ({f}.abs (local.get $y)) ({f}.const inf)))
              (then
                (local.set $bits (i32.or (local.get $bits)
                  (select (i32.const 1) (i32.const 2)
                    (i32.and (i32.const {divides}) ({f}.eq (local.get $y) ({f}.const 0))))))))))))
    (local.set $a (i32.add (local.get $a) (local.get $as)))
    (local.set $b (i32.add (local.get $b) (local.get $bs)))
    (local.set $o (i32.add (local.get $o) (local.get $os)))
    (br_if $next (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
  (if (local.get $bits) (then (call $raise (local.get $bits)))))

;; Blocks of 128 bytes, up to the result's $end. The steps are 128, or 0 for a block of equal numbers.
(func $blocks.{name} (param $a i32) (param $as i32) (param $b i32) (param $bs i32) (param $o i32) (param $end i32)
  (local $p v128) (local $q v128) (local $r v128) (local $s v128) (local $t v128) (local $u v128) (local $v v128)
  (local $w v128) (local $done i32)
  (loop $next
    (local.set $p ({v}.{op} (v128.load offset=0 (local.get $a)) {load 0}))
    (local.set $q ({v}.{op} (v128.load offset=16 (local.get $a)) {load 16}))
    (local.set $r ({v}.{op} (v128.load offset=32 (local.get $a)) {load 32}))
    (local.set $s ({v}.{op} (v128.load offset=48 (local.get $a)) {load 48}))
    (local.set $t ({v}.{op} (v128.load offset=64 (local.get $a)) {load 64}))
    (local.set $u ({v}.{op} (v128.load offset=80 (local.get $a)) {load 80}))
    (local.set $v ({v}.{op} (v128.load offset=96 (local.get $a)) {load 96}))
    (local.set $w ({v}.{op} (v128.load offset=112 (local.get $a)) {load 112}))
    ;; The bits of the exponent are all set in infinities and in what is no number.
    (if (i32.and (i32.const {lanes}) (i8x16.bitmask (i16x8.eq {exponent} (i16x8.max_s
          (i16x8.max_s
            (i16x8.max_s (v128.and {exponent} (local.get $p)) (v128.and {exponent} (local.get $q)))
            (i16x8.max_s (v128.and {exponent} (local.get $r)) (v128.and {exponent} (local.get $s))))
          (i16x8.max_s
            (i16x8.max_s (v128.and {exponent} (local.get $t)) (v128.and {exponent} (local.get $u)))
            (i16x8.max_s (v128.and {exponent} (local.get $v)) (v128.and {exponent} (local.get $w))))))))
      (then
        ;; The rest of a piece, less fast: where one number is not finite, others follow.
        (local.set $done (call $careful.{name} (local.get $a) (local.get $as) (local.get $b) (local.get $bs)
          (local.get $o) (local.get $end)))
        (if (local.get $as) (then (local.set $a (i32.add (local.get $a) (local.get $done)))))
        (if (local.get $bs) (then (local.set $b (i32.add (local.get $b) (local.get $done)))))
        (local.set $o (i32.add (local.get $o) (local.get $done)))
        (br_if $next (i32.ne (local.get $end) (local.get $o)))
        (return))
      (else
        (v128.store offset=0 (local.get $o) (local.get $p))
        (v128.store offset=16 (local.get $o) (local.get $q))
        (v128.store offset=32 (local.get $o) (local.get $r))
        (v128.store offset=48 (local.get $o) (local.get $s))
        (v128.store offset=64 (local.get $o) (local.get $t))
        (v128.store offset=80 (local.get $o) (local.get $u))
        (v128.store offset=96 (local.get $o) (local.get $v))
        (v128.store offset=112 (local.get $o) (local.get $w))))
    (local.set $a (i32.add (local.get $a) (local.get $as)))
    (local.set $b (i32.add (local.get $b) (local.get $bs)))
    (br_if $next (i32.ne (local.get $end) (local.tee $o (i32.add (local.get $o) (i32.const 128)))))))

;; Up to 16 blocks, of which the first has a result that is not finite. Returns how many bytes they have.
(func $careful.{name} (param $a i32) (param $as i32) (param $b i32) (param $bs i32) (param $o i32) (param $end i32)
  (result i32)
  (local $from i32) (local $p v128) (local $q v128) (local $r v128) (local $s v128) (local $x v128) (local $y v128)
  (local $fine v128)
  (local.set $from (local.get $o))
  (if (i32.gt_u (i32.sub (local.get $end) (local.get $o)) (i32.const 2048))
    (then (local.set $end (i32.add (local.get $o) (i32.const 2048)))))
  ;; Half a block at once: the steps are 64, or 0.
  (local.set $as (i32.shr_u (local.get $as) (i32.const 1)))
  (local.set $bs (i32.shr_u (local.get $bs) (i32.const 1)))
  (loop $next
    ;; No bit comes from a finite result, nor from an operand that is no number.
    (local.set $x (v128.load offset=0 (local.get $a)))
    (local.set $y (v128.load offset=0 (local.get $b)))
    (local.set $p ({v}.{op} (local.get $x) {y}))
    (local.set $fine
      (v128.or ({v}.lt ({v}.abs (local.get $p)) ({v}.splat ({f}.const inf)))
        (v128.or ({v}.ne (local.get $x) (local.get $x)) ({v}.ne (local.get $y) (local.get $y)))))
    (local.set $x (v128.load offset=16 (local.get $a)))
    (local.set $y (v128.load offset=16 (local.get $b)))
    (local.set $q ({v}.{op} (local.get $x) {y}))
    (local.set $fine (v128.and (local.get $fine)
      (v128.or ({v}.lt ({v}.abs (local.get $q)) ({v}.splat ({f}.const inf)))
        (v128.or ({v}.ne (local.get $x) (local.get $x)) ({v}.ne (local.get $y) (local.get $y))))))
    (local.set $x (v128.load offset=32 (local.get $a)))
    (local.set $y (v128.load offset=32 (local.get $b)))
    (local.set $r ({v}.{op} (local.get $x) {y}))
    (local.set $fine (v128.and (local.get $fine)
      (v128.or ({v}.lt ({v}.abs (local.get $r)) ({v}.splat ({f}.const inf)))
        (v128.or ({v}.ne (local.get $x) (local.get $x)) ({v}.ne (local.get $y) (local.get $y))))))
    (local.set $x (v128.load offset=48 (local.get $a)))
    (local.set $y (v128.load offset=48 (local.get $b)))
    (local.set $s ({v}.{op} (local.get $x) {y}))
    (local.set $fine (v128.and (local.get $fine)
      (v128.or ({v}.lt ({v}.abs (local.get $s)) ({v}.splat ({f}.const inf)))
        (v128.or ({v}.ne (local.get $x) (local.get $x)) ({v}.ne (local.get $y) (local.get $y))))))
    (if (i8x16.all_true (local.get $fine))
      (then
        (v128.store offset=0 (local.get $o) (local.get $p))
        (v128.store offset=16 (local.get $o) (local.get $q))
        (v128.store offset=32 (local.get $o) (local.get $r))
        (v128.store offset=48 (local.get $o) (local.get $s)))
      (else (call $block.{name} (local.get $a) (local.get $b) (local.get $o))))
    (local.set $a (i32.add (local.get $a) (local.get $as)))
    (local.set $b (i32.add (local.get $b) (local.get $bs)))
    (br_if $next (i32.ne (local.get $end) (local.tee $o (i32.add (local.get $o) (i32.const 64))))))
  (i32.sub (local.get $o) (local.get $from)))

;; Half a block, with a result that may set a bit.
(func $block.{name} (param $a i32) (param $b i32) (param $o i32)
  (local $end i32) (local $x v128) (local $y v128) (local $r v128) (local $new v128) (local $invalid v128)
  (local $overflow v128) (local $division v128)
  (local.set $end (i32.add (local.get $o) (i32.const 64)))
  (loop $next
    (local.set $x (v128.load (local.get $a)))
    (local.set $y (v128.load (local.get $b)))
    (local.set $r ({v}.{op} (local.get $x) {y}))
    (local.set $invalid (v128.or (local.get $invalid)
      (v128.andnot ({v}.ne (local.get $r) (local.get $r))
        (v128.or ({v}.ne (local.get $x) (local.get $x)) ({v}.ne (local.get $y) (local.get $y))))))
    (local.set $new
      (v128.and ({v}.eq ({v}.abs (local.get $r)) ({v}.splat ({f}.const inf)))
        (v128.and
          ({v}.lt ({v}.abs (local.get $x)) ({v}.splat ({f}.const inf)))
          ({v}.lt ({v}.abs (local.get $y)) ({v}.splat ({f}.const inf))))))
    (local.set $division (v128.or (local.get $division)
      (v128.and (local.get $new) ({v}.eq (local.get $y) ({v}.splat ({f}.const 0))))))
    (local.set $overflow (v128.or (local.get $overflow)
      (v128.and (local.get $new) ({v}.ne (local.get $y) ({v}.splat ({f}.const 0))))))
    (v128.store (local.get $o) (local.get $r))
    (local.set $a (i32.add (local.get $a) (i32.const 16)))
    (local.set $b (i32.add (local.get $b) (i32.const 16)))
    (br_if $next (i32.ne (local.get $end) (local.tee $o (i32.add (local.get $o) (i32.const 16))))))
  (if (v128.any_true (v128.or (local.get $invalid) (v128.or (local.get $overflow) (local.get $division))))
    (then
      (call $raise
        (i32.or
          (i32.shl (v128.any_true (local.get $invalid)) (i32.const 3))
          (i32.or
            (i32.shl (v128.any_true (local.get $overflow)) (i32.const 1))
            (select (v128.any_true (local.get $division))
              (i32.shl (v128.any_true (local.get $division)) (i32.const 1))
              (i32.const {divides}))))))))
;; end
