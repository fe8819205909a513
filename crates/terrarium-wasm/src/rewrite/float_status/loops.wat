;; The loops of ufuncs, the third part of the module that `scalars.wat` begins.

;; Whether the function of this name gives finite results for all finite operands. Of the functions of complex numbers
;; only those are certain that change a sign.
(func $harmless (param $name i32) (param $class i32) (result i32) (local $text i64)
  (local.set $text (i64.load (local.get $name)))
  (if (i64.eq (local.get $text) (i64.const 0x657669746167656e)) (then (return (i32.const 1)))) ;; negative
  (if (i64.eq (local.get $text) (i64.const 0x6576697469736f70)) (then (return (i32.const 1)))) ;; positive
  (if (i64.eq (local.get $text) (i64.const 0x746167756a6e6f63)) (then (return (i32.const 1)))) ;; conjugate
  (if (i32.ge_u (local.get $class) (i32.const 8)) (then (return (i32.const 0))))
  (if (i64.eq (local.get $text) (i64.const 0x6574756c6f736261)) (then (return (i32.const 1)))) ;; absolute
  (if (i64.eq (local.get $text) (i64.const 0x6e67697379706f63)) (then (return (i32.const 1)))) ;; copysign
  (if (i64.eq (local.get $text) (i64.const 0x006d756d6978616d)) (then (return (i32.const 1)))) ;; maximum
  (if (i64.eq (local.get $text) (i64.const 0x006d756d696e696d)) (then (return (i32.const 1)))) ;; minimum
  (local.set $text (i64.and (local.get $text) (i64.const 0xffffffffffff)))
  (if (i64.eq (local.get $text) (i64.const 0x00726f6f6c66)) (then (return (i32.const 1)))) ;; floor
  (if (i64.eq (local.get $text) (i64.const 0x00636e757274)) (then (return (i32.const 1)))) ;; trunc
  (if (i64.eq (local.get $text) (i64.const 0x007078657266)) (then (return (i32.const 1)))) ;; frexp
  (local.set $text (i64.and (local.get $text) (i64.const 0xffffffffff)))
  (if (i64.eq (local.get $text) (i64.const 0x0073626166)) (then (return (i32.const 1)))) ;; fabs
  (if (i64.eq (local.get $text) (i64.const 0x006e676973)) (then (return (i32.const 1)))) ;; sign
  (if (i64.eq (local.get $text) (i64.const 0x00746e6972)) (then (return (i32.const 1)))) ;; rint
  (if (i64.eq (local.get $text) (i64.const 0x006c696563)) (then (return (i32.const 1)))) ;; ceil
  (if (i64.eq (local.get $text) (i64.const 0x0078616d66)) (then (return (i32.const 1)))) ;; fmax
  (if (i64.eq (local.get $text) (i64.const 0x006e696d66)) (then (return (i32.const 1)))) ;; fmin
  (if (i64.eq (local.get $text) (i64.const 0x0066646f6d)) (then (return (i32.const 1)))) ;; modf
  (if (i64.eq (local.get $text) (i64.const 0x0074726263)) (then (return (i32.const 1)))) ;; cbrt
  (i32.const 0))

;; Calls the loop of a ufunc: piece by piece, so that its results are still in the cache when they are checked.
(func (export "loop") (param $args i32) (param $dims i32) (param $steps i32) (param $data i32) (param $inner i32)
  (param $context i32)
  (local $caller i32) (local $nin i32) (local $nargs i32) (local $types i32) (local $a i32) (local $b i32)
  (local $x i32) (local $y i32) (local $n i32) (local $m i32) (local $frame i32) (local $k i32) (local $operation i32)
  (local $first f64)
  (local.set $n (i32.load (local.get $dims)))
  (if (i32.and
        (i32.eq (local.get $inner) (i32.load offset=4 (global.get $status)))
        (i32.and (i32.eqz (local.get $data)) (i32.gt_s (local.get $n) (i32.const 0))))
    (then
      (if (call $own (i32.load offset=8 (global.get $status)) (local.get $args) (local.get $steps) (local.get $n))
        (then (return)))))
  (block $plain
    (local.set $caller (i32.load (local.get $context)))
    (br_if $plain (i32.eqz (local.get $caller)))
    ;; Other modules' loops look at the status themselves.
    (br_if $plain (i32.ge_u (i32.sub (local.get $inner) (global.get $slots)) (global.get $slot_count)))
    (br_if $plain (i32.load offset=64 (local.get $caller))) ;; core_enabled
    (local.set $nin (i32.load offset=8 (local.get $caller)))
    (local.set $nargs (i32.load offset=16 (local.get $caller)))
    (br_if $plain (i32.ge_u (i32.sub (local.get $nin) (i32.const 1)) (i32.const 2)))
    (br_if $plain (i32.ge_u (i32.sub (i32.sub (local.get $nargs) (local.get $nin)) (i32.const 1)) (i32.const 2)))
    (local.set $types (i32.load offset=8 (local.get $context)))
    (local.set $k (i32.add (local.get $types) (i32.shl (local.get $nin) (i32.const 2))))
    (local.set $x (call $class (i32.load (local.get $k))))
    (if (i32.eq (i32.sub (local.get $nargs) (local.get $nin)) (i32.const 2))
      (then (local.set $y (call $class (i32.load offset=4 (local.get $k))))))
    (br_if $plain (i32.eqz (i32.or (local.get $x) (local.get $y))))
    (br_if $plain (i32.le_s (local.get $n) (i32.const 0)))
    (local.set $a (call $class (i32.load (local.get $types))))
    (if (i32.eq (local.get $nin) (i32.const 2))
      (then (local.set $b (call $class (i32.load offset=4 (local.get $types))))))
    (if (i32.and
          (i32.and (i32.eq (local.get $nargs) (i32.const 3)) (i32.eq (local.get $nin) (i32.const 2)))
          (i32.and
            (i32.eq (i32.load (local.get $args)) (i32.load offset=8 (local.get $args)))
            (i32.eqz (i32.or (i32.load (local.get $steps)) (i32.load offset=8 (local.get $steps))))))
      (then
        (if (i32.eq (local.get $a) (i32.const 3))
          (then (local.set $first (f64.load (i32.load (local.get $args)))))
          (else (local.set $first (call $operand (i32.load (local.get $args)) (local.get $a)))))
        (call_indirect (type $inner)
          (local.get $args) (local.get $dims) (local.get $steps) (local.get $data) (local.get $inner))
        (if (i32.eq (local.get $x) (i32.const 3))
          (then
            (if (f64.lt (f64.abs (f64.load (i32.load (local.get $args)))) (f64.const inf)) (then (return)))))
        (call $reduced (local.get $args) (local.get $n) (i32.load offset=4 (local.get $steps)) (local.get $x)
          (local.get $b) (local.get $first) (local.get $context))
        (return)))
    ;; The frequent operations have loops of their own. That a loop has no data tells numpy's loops from the common ones,
    ;; which call a function.
    (if (if (result i32)
          (i32.and
            (i32.eq (i32.sub (local.get $nargs) (local.get $nin)) (i32.const 1))
            (i32.and
              (i32.eqz (local.get $data))
              (i32.and
                (i32.eq (local.get $x) (local.get $a))
                (i32.or (i32.eq (local.get $nin) (i32.const 1)) (i32.eq (local.get $x) (local.get $b))))))
          (then
            (local.set $operation (call $fast (i32.load offset=40 (local.get $caller))))
            (i32.lt_u
              (i32.sub (local.get $operation) (i32.const 1))
              ;; All operations on doubles and floats, and sums and differences of complex numbers.
              (i32.wrap_i64 (i64.and (i64.const 15)
                (i64.shr_u (i64.const 0x220000007700)
                  (i64.extend_i32_u (i32.shl (local.get $x) (i32.const 2))))))))
          (else (i32.const 0)))
      (then
        (local.set $operation (i32.or (local.get $operation) (i32.shl (local.get $x) (i32.const 4))))
        ;; A slot contains the same loop for ever: the rows of a table are recognised fast.
        (i32.store offset=4 (global.get $status) (local.get $inner))
        (i32.store offset=8 (global.get $status) (local.get $operation))
        (if (call $own (local.get $operation) (local.get $args) (local.get $steps) (local.get $n)) (then (return)))))
    ;; Large arrays of functions whose results are finite for finite operands.
    (br_if $plain
      (if (result i32) (i32.ge_u (local.get $n) (i32.const 64))
        (then (call $harmless (i32.load offset=40 (local.get $caller)) (local.get $a)))
        (else (i32.const 0))))
    ;; The frame: addresses of the operands, 16 the length of a piece, 24 and 32 the notes on inputs, 40 a number.
    (local.set $frame (i32.sub (global.get $stack) (i32.const 48)))
    (global.set $stack (local.get $frame))
    (i64.store (local.get $frame) (i64.load (local.get $args)))
    (if (i32.gt_u (local.get $nargs) (i32.const 2))
      (then
        (i32.store offset=8 (local.get $frame) (i32.load offset=8 (local.get $args)))
        (if (i32.gt_u (local.get $nargs) (i32.const 3))
          (then (i32.store offset=12 (local.get $frame) (i32.load offset=12 (local.get $args)))))))
    (loop $pieces
      (local.set $m
        (select (local.get $n) (i32.const 2048) (i32.lt_u (local.get $n) (i32.const 2048))))
      (i32.store offset=16 (local.get $frame) (local.get $m))
      (call $keep (i32.const 0) (local.get $frame) (local.get $steps) (local.get $a) (local.get $nargs)
        (local.get $nin) (local.get $m) (i32.add (local.get $frame) (i32.const 24)))
      (if (i32.eq (local.get $nin) (i32.const 2))
        (then (call $keep (i32.const 1) (local.get $frame) (local.get $steps) (local.get $b) (local.get $nargs)
          (local.get $nin) (local.get $m) (i32.add (local.get $frame) (i32.const 32)))))
      (call_indirect (type $inner) (local.get $frame) (i32.add (local.get $frame) (i32.const 16))
        (local.get $steps) (local.get $data) (local.get $inner))
      (local.set $k (i32.shl (local.get $nin) (i32.const 2)))
      (call $output (i32.load (i32.add (local.get $frame) (local.get $k)))
        (i32.load (i32.add (local.get $steps) (local.get $k))) (local.get $x) (local.get $m)
        (i32.add (local.get $frame) (i32.const 24)) (local.get $a) (local.get $b) (local.get $nin)
        (local.get $context))
      (if (local.get $y)
        (then
          (call $output (i32.load offset=4 (i32.add (local.get $frame) (local.get $k)))
            (i32.load offset=4 (i32.add (local.get $steps) (local.get $k))) (local.get $y) (local.get $m)
            (i32.add (local.get $frame) (i32.const 24)) (local.get $a) (local.get $b) (local.get $nin)
            (local.get $context))))
      (local.set $n (i32.sub (local.get $n) (local.get $m)))
      (if (i32.eqz (local.get $n))
        (then
          (global.set $stack (i32.add (local.get $frame) (i32.const 48)))
          (return)))
      (local.set $k (i32.const 0))
      (loop $advance
        (i32.store (i32.add (local.get $frame) (local.get $k))
          (i32.add (i32.load (i32.add (local.get $frame) (local.get $k)))
            (i32.mul (local.get $m) (i32.load (i32.add (local.get $steps) (local.get $k))))))
        (local.set $k (i32.add (local.get $k) (i32.const 4)))
        (br_if $advance (i32.lt_u (local.get $k) (i32.shl (local.get $nargs) (i32.const 2)))))
      (br $pieces)))
  (call_indirect (type $inner)
    (local.get $args) (local.get $dims) (local.get $steps) (local.get $data) (local.get $inner))
  (if (local.get $caller)
    (then (call $singular (local.get $args) (local.get $dims) (local.get $steps) (local.get $context)))))

;; Later releases of LAPACK than numpy's own find no singular values of a matrix with what is no number. Here they are
;; returned as no numbers, so the status says the same.
(func $singular (param $args i32) (param $dims i32) (param $steps i32) (param $context i32)
  (local $caller i32) (local $k i32) (local $i i32) (local $class i32)
  (local.set $caller (i32.load (local.get $context)))
  (if (i32.eqz (i32.load offset=64 (local.get $caller))) (then (return)))
  ;; "svd", of numpy's own functions: they have one operand, and one result or three.
  (if (i32.ne (i32.and (i32.load (i32.load offset=40 (local.get $caller))) (i32.const 0xffffff)) (i32.const 0x647673))
    (then (return)))
  (local.set $k (i32.shl (i32.add (i32.const 1) (i32.eq (i32.load offset=16 (local.get $caller)) (i32.const 4)))
    (i32.const 2)))
  (local.set $class (call $class (i32.load (i32.add (i32.load offset=8 (local.get $context)) (local.get $k)))))
  (if (i32.eqz (local.get $class)) (then (return)))
  (local.set $i (call $next
    (i32.load (i32.add (local.get $args) (local.get $k))) (i32.load (i32.add (local.get $steps) (local.get $k)))
    (local.get $class) (i32.const 0) (i32.load (local.get $dims))))
  (if (i32.lt_s (local.get $i) (i32.load (local.get $dims))) (then (call $raise (i32.const 8)))))
