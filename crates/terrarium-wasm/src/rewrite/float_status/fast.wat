;; The choice of a loop of `kernels.wat`, the fifth part of the module that `scalars.wat` begins.

;; The operation by its name: 1 add, 2 subtract, 3 multiply, 4 divide, 5 square root, 6 square, 7 reciprocal, 0 others.
(func $fast (param $name i32) (result i32) (local $text i64)
  (local.set $text (i64.load (local.get $name)))
  (if (i64.eq (i64.and (local.get $text) (i64.const 0xffffffff)) (i64.const 0x00646461)) (then (return (i32.const 1))))
  (if (i64.eq (local.get $text) (i64.const 0x796c7069746c756d)) (then (return (i32.const 3))))
  (if (i64.eq (local.get $text) (i64.const 0x7463617274627573)) (then (return (i32.const 2))))
  (if (i64.eq (local.get $text) (i64.const 0x636f727069636572)) (then (return (i32.const 7))))
  (if (i64.eq (i64.and (local.get $text) (i64.const 0xffffffffff)) (i64.const 0x0074727173)) (then (return (i32.const 5))))
  (local.set $text (i64.and (local.get $text) (i64.const 0xffffffffffffff)))
  (if (i64.eq (local.get $text) (i64.const 0x00656469766964)) (then (return (i32.const 4))))
  (if (i64.eq (local.get $text) (i64.const 0x00657261757173)) (then (return (i32.const 6))))
  (i32.const 0))

;; Makes a block of 128 bytes of equal elements.
(func $repeat (param $to i32) (param $from i32) (param $size i32) (local $element v128) (local $end i32)
  (local.set $element
    (if (result v128) (i32.eq (local.get $size) (i32.const 8))
      (then (v128.load64_splat (local.get $from)))
      (else
        (if (result v128) (i32.eq (local.get $size) (i32.const 4))
          (then (v128.load32_splat (local.get $from)))
          (else (v128.load (local.get $from)))))))
  (local.set $end (i32.add (local.get $to) (i32.const 128)))
  (loop $next
    (v128.store (local.get $to) (local.get $element))
    (br_if $next (i32.ne (local.get $end) (local.tee $to (i32.add (local.get $to) (i32.const 16)))))))

;; Whether blocks of an operand, of $bytes in all or one element, are what they are for numbers one after the other.
(func $apart (param $at i32) (param $step i32) (param $size i32) (param $o i32) (param $bytes i32) (result i32)
  (local $ahead i32)
  (if (i32.eqz (local.get $step))
    (then (return (i32.ge_u (i32.sub (local.get $at) (local.get $o)) (local.get $bytes)))))
  (local.set $ahead (i32.sub (local.get $o) (local.get $at)))
  (i32.and
    (i32.eq (local.get $step) (local.get $size))
    (i32.or (i32.eqz (local.get $ahead)) (i32.ge_u (local.get $ahead) (i32.const 128)))))

;; Runs the loop of a kernel: twice the operation's number, and 1 for floats.
(func $blocks (param $kernel i32) (param $a i32) (param $as i32) (param $b i32) (param $bs i32) (param $o i32)
  (param $end i32)
  ;; for each kernel
  (if (i32.eq (local.get $kernel) (i32.const {number}))
    (then
      (call $blocks.{name} (local.get $a) (local.get $as) (local.get $b) (local.get $bs) (local.get $o)
        (local.get $end))
      (return)))
  ;; end
  (unreachable))
(func $each (param $kernel i32) (param $a i32) (param $as i32) (param $b i32) (param $bs i32) (param $o i32)
  (param $os i32) (param $n i32)
  ;; for each kernel
  (if (i32.eq (local.get $kernel) (i32.const {number}))
    (then
      (call $each.{name} (local.get $a) (local.get $as) (local.get $b) (local.get $bs) (local.get $o)
        (local.get $os) (local.get $n))
      (return)))
  ;; end
  (unreachable))

;; Runs an operation on numbers of one type, and returns whether it could: strided complex numbers are left.
(func $arithmetic (param $operation i32) (param $class i32) (param $a i32) (param $as i32) (param $b i32)
  (param $bs i32) (param $o i32) (param $os i32) (param $n i32) (result i32)
  (local $size i32) (local $part i32) (local $bytes i32) (local $frame i32) (local $whole i32) (local $kernel i32)
  (local.set $part (i32.shl (i32.const 1) (i32.and (local.get $class) (i32.const 7))))
  (local.set $size (i32.shl (local.get $part) (i32.shr_u (local.get $class) (i32.const 3))))
  (local.set $frame (i32.sub (global.get $stack) (i32.const 272)))
  (local.set $kernel (i32.sub (local.get $operation) (i32.const 1)))
  (if (i32.ge_u (local.get $operation) (i32.const 5))
    (then
      (local.set $b (local.get $a))
      (local.set $bs (local.get $as))
      (if (i32.eq (local.get $operation) (i32.const 6)) (then (local.set $kernel (i32.const 2)))) ;; x * x
      (if (i32.eq (local.get $operation) (i32.const 7)) ;; 1 / x
        (then
          (local.set $kernel (i32.const 3))
          (local.set $a (i32.add (local.get $frame) (i32.const 256)))
          (local.set $as (i32.const 0))
          (if (i32.eq (local.get $part) (i32.const 8))
            (then (f64.store (local.get $a) (f64.const 1)))
            (else (f32.store (local.get $a) (f32.const 1))))))))
  (local.set $kernel (i32.or
    (i32.shl (local.get $kernel) (i32.const 1)) (i32.eq (local.get $part) (i32.const 4))))
  (local.set $bytes (i32.mul (local.get $n) (local.get $size)))
  (if (if (result i32)
        (i32.and (i32.ge_u (local.get $bytes) (i32.const 256)) (i32.eq (local.get $os) (local.get $size)))
        (then
          (i32.and
            (call $apart (local.get $a) (local.get $as) (local.get $size) (local.get $o) (local.get $bytes))
            (call $apart (local.get $b) (local.get $bs) (local.get $size) (local.get $o) (local.get $bytes))))
        (else (i32.const 0)))
    (then
      (if (local.get $as)
        (then (local.set $as (i32.const 128)))
        (else
          (call $repeat (local.get $frame) (local.get $a) (local.get $size))
          (local.set $a (local.get $frame))))
      (if (local.get $bs)
        (then (local.set $bs (i32.const 128)))
        (else
          (call $repeat (i32.add (local.get $frame) (i32.const 128)) (local.get $b) (local.get $size))
          (local.set $b (i32.add (local.get $frame) (i32.const 128)))))
      (local.set $whole (i32.and (local.get $bytes) (i32.const -128)))
      (call $blocks (local.get $kernel) (local.get $a) (local.get $as) (local.get $b) (local.get $bs) (local.get $o)
        (i32.add (local.get $o) (local.get $whole)))
      (local.set $n (i32.div_u (i32.sub (local.get $bytes) (local.get $whole)) (local.get $part)))
      (if (i32.eqz (local.get $n)) (then (return (i32.const 1))))
      (if (local.get $as) (then (local.set $a (i32.add (local.get $a) (local.get $whole)))))
      (if (local.get $bs) (then (local.set $b (i32.add (local.get $b) (local.get $whole)))))
      (local.set $o (i32.add (local.get $o) (local.get $whole)))
      (local.set $as (local.get $part))
      (local.set $bs (local.get $part))
      (local.set $os (local.get $part)))
    (else (if (i32.ne (local.get $size) (local.get $part)) (then (return (i32.const 0))))))
  (call $each (local.get $kernel) (local.get $a) (local.get $as) (local.get $b) (local.get $bs) (local.get $o)
    (local.get $os) (local.get $n))
  (i32.const 1))

;; Runs an operation: its number, and 16 times its class. Returns whether it could; reductions are left.
(func $own (param $chosen i32) (param $args i32) (param $steps i32) (param $n i32) (result i32) (local $out i32)
  (local.set $out (select (i32.const 4) (i32.const 8)
    (i32.ge_u (i32.and (local.get $chosen) (i32.const 15)) (i32.const 5))))
  (if (i32.and
        (i32.eq (i32.load (local.get $args)) (i32.load (i32.add (local.get $args) (local.get $out))))
        (i32.eqz (i32.or
          (i32.load (local.get $steps)) (i32.load (i32.add (local.get $steps) (local.get $out))))))
    (then (return (i32.const 0))))
  (call $arithmetic (i32.and (local.get $chosen) (i32.const 15)) (i32.shr_u (local.get $chosen) (i32.const 4))
    (i32.load (local.get $args)) (i32.load (local.get $steps))
    (i32.load offset=4 (local.get $args)) (i32.load offset=4 (local.get $steps))
    (i32.load (i32.add (local.get $args) (local.get $out))) (i32.load (i32.add (local.get $steps) (local.get $out)))
    (local.get $n)))
