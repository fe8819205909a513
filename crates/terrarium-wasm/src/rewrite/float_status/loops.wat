;; The loops of ufuncs, the third part of the module that `scalars.wat` begins.

;; A few doubles: the rows of a small table, for which the general way takes longer than the loop.
(func $few (param $args i32) (param $dims i32) (param $steps i32) (param $data i32) (param $inner i32)
  (param $context i32)
  (local $frame i32) (local $out i32) (local $n i32) (local $k i32) (local $i i32) (local $at i32) (local $step i32)
  (local $note i32) (local $to i32)
  (local.set $n (i32.load (local.get $dims)))
  (local.set $out (i32.load offset=8 (local.get $args)))
  ;; The frame: 0 and 8 the notes on inputs, 16 a number, 32 and 96 what the inputs were.
  (local.set $frame (i32.sub (global.get $stack) (i32.const 160)))
  (loop $inputs
    (local.set $at (i32.load (i32.add (local.get $args) (local.get $k))))
    (local.set $step (i32.load (i32.add (local.get $steps) (local.get $k))))
    (local.set $note (i32.add (local.get $frame) (i32.shl (local.get $k) (i32.const 1))))
    (if (i32.eq (local.get $at) (local.get $out))
      (then
        (local.set $to (i32.add (local.get $frame) (i32.add (i32.const 32) (i32.shl (local.get $k) (i32.const 4)))))
        (local.set $i (i32.const 0))
        (loop $elements
          (f64.store (i32.add (local.get $to) (i32.shl (local.get $i) (i32.const 3))) (f64.load (local.get $at)))
          (local.set $at (i32.add (local.get $at) (local.get $step)))
          (br_if $elements (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n))))
        (local.set $at (local.get $to))
        (local.set $step (i32.const 8))))
    (i32.store (local.get $note) (local.get $at))
    (i32.store offset=4 (local.get $note) (local.get $step))
    (br_if $inputs (i32.lt_u (local.tee $k (i32.add (local.get $k) (i32.const 4))) (i32.const 8))))
  (global.set $stack (local.get $frame))
  (call_indirect (type $inner)
    (local.get $args) (local.get $dims) (local.get $steps) (local.get $data) (local.get $inner))
  (local.set $at (local.get $out))
  (local.set $step (i32.load offset=8 (local.get $steps)))
  (local.set $i (i32.const 0))
  (block $end
    (loop $elements
      (br_if $end (i32.eqz (f64.lt (f64.abs (f64.load (local.get $at))) (f64.const inf))))
      (local.set $at (i32.add (local.get $at) (local.get $step)))
      (br_if $elements (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $n)))))
  (if (i32.lt_u (local.get $i) (local.get $n))
    (then
      (call $doubles (local.get $out) (local.get $step) (local.get $i) (local.get $n) (local.get $frame) (i32.const 2)
        (call $operation (local.get $context)))))
  (global.set $stack (i32.add (local.get $frame) (i32.const 160))))

;; Calls the loop of a ufunc: piece by piece, so that its results are still in the cache when they are checked.
(func (export "loop") (param $args i32) (param $dims i32) (param $steps i32) (param $data i32) (param $inner i32)
  (param $context i32)
  (local $caller i32) (local $nin i32) (local $nargs i32) (local $types i32) (local $a i32) (local $b i32)
  (local $x i32) (local $y i32) (local $n i32) (local $m i32) (local $frame i32) (local $k i32) (local $first f64)
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
    (local.set $n (i32.load (local.get $dims)))
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
    (if (i32.and
          (i32.and (i32.le_u (local.get $n) (i32.const 8)) (i32.eq (local.get $nargs) (i32.const 3)))
          (i32.and
            (i32.eq (local.get $nin) (i32.const 2))
            (i32.eq (i32.and (local.get $x) (i32.and (local.get $a) (local.get $b)))
              (select (i32.const 3) (i32.const -1)
                (i32.eq (i32.or (local.get $x) (i32.or (local.get $a) (local.get $b))) (i32.const 3))))))
      (then
        (call $few (local.get $args) (local.get $dims) (local.get $steps) (local.get $data) (local.get $inner)
          (local.get $context))
        (return)))
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
