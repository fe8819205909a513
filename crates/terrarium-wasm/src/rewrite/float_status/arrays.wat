;; Checks of the results in arrays, the second part of the module that `scalars.wat` begins.

;; A class of elements: the logarithm of the bytes of a number (1 half, 2 float, 3 double, 4 long double), and 8 if an
;; element is complex, thus two numbers; 0 for all other types.
(func $class (param $descriptor i32) (result i32) (local $type i32)
  ;; The types 11 to 16 and 23, four bits each.
  (local.set $type (i32.sub (i32.load offset=16 (local.get $descriptor)) (i32.const 11)))
  (i32.and
    (i32.wrap_i64 (i64.shr_u (i64.const 0x0001000000cba432)
      (i64.extend_i32_u (i32.shl (local.get $type) (i32.const 2)))))
    (select (i32.const 15) (i32.const 0) (i32.lt_u (local.get $type) (i32.const 16)))))
(func $part (param $class i32) (result i32)
  (i32.shl (i32.const 1) (i32.and (local.get $class) (i32.const 7))))
(func $size (param $class i32) (result i32)
  (i32.shl (call $part (local.get $class)) (i32.shr_u (local.get $class) (i32.const 3))))

;; The exponent's bits in the upper 16 bits of a number. All are set in infinities and in what is no number.
(func $exponent (param $log i32) (result i32)
  (i32.and (i32.const 0xffff)
    (i32.wrap_i64 (i64.shr_u (i64.const 0x7fff7ff07f807c00)
      (i64.extend_i32_u (i32.sub (i32.shl (local.get $log) (i32.const 4)) (i32.const 16)))))))

;; A vector with these bits at the top of each number.
(func $spread (param $top i32) (param $class i32) (result v128) (local $log i32)
  (local.set $log (i32.and (local.get $class) (i32.const 7)))
  (if (i32.eq (local.get $log) (i32.const 1)) (then (return (i16x8.splat (local.get $top)))))
  (if (i32.eq (local.get $log) (i32.const 2))
    (then (return (i32x4.splat (i32.shl (local.get $top) (i32.const 16))))))
  (if (i32.eq (local.get $log) (i32.const 3))
    (then (return (i64x2.splat (i64.shl (i64.extend_i32_u (local.get $top)) (i64.const 48))))))
  (i16x8.replace_lane 7 (v128.const i64x2 0 0) (local.get $top)))

;; Whether whole blocks of 128 bytes, up to $end, have a number whose exponent's bits are all set. Four maxima, since
;; each waits for the one before.
(func $dirty (param $at i32) (param $end i32) (param $masks v128) (result i32)
  (local $p v128) (local $q v128) (local $r v128) (local $s v128)
  (loop $blocks
    (local.set $p (i16x8.max_s (local.get $p)
      (v128.and (v128.load offset=0 (local.get $at)) (local.get $masks))))
    (local.set $q (i16x8.max_s (local.get $q)
      (v128.and (v128.load offset=16 (local.get $at)) (local.get $masks))))
    (local.set $r (i16x8.max_s (local.get $r)
      (v128.and (v128.load offset=32 (local.get $at)) (local.get $masks))))
    (local.set $s (i16x8.max_s (local.get $s)
      (v128.and (v128.load offset=48 (local.get $at)) (local.get $masks))))
    (local.set $p (i16x8.max_s (local.get $p)
      (v128.and (v128.load offset=64 (local.get $at)) (local.get $masks))))
    (local.set $q (i16x8.max_s (local.get $q)
      (v128.and (v128.load offset=80 (local.get $at)) (local.get $masks))))
    (local.set $r (i16x8.max_s (local.get $r)
      (v128.and (v128.load offset=96 (local.get $at)) (local.get $masks))))
    (local.set $s (i16x8.max_s (local.get $s)
      (v128.and (v128.load offset=112 (local.get $at)) (local.get $masks))))
    (br_if $blocks
      (i32.lt_u (local.tee $at (i32.add (local.get $at) (i32.const 128))) (local.get $end))))
  (local.set $p (i16x8.max_s
    (i16x8.max_s (local.get $p) (local.get $q)) (i16x8.max_s (local.get $r) (local.get $s))))
  (i32.and
    (i16x8.bitmask (i16x8.eq (local.get $p) (local.get $masks)))
    (i16x8.bitmask (i16x8.gt_s (local.get $p) (v128.const i64x2 0 0)))))

;; The first element that is not finite among those from $i to $n, or $n.
(func $next (param $data i32) (param $step i32) (param $class i32) (param $i i32) (param $n i32) (result i32)
  (local $mask i32) (local $shift i32) (local $last i32) (local $at i32) (local $end i32) (local $masks v128)
  (local.set $mask (call $exponent (i32.and (local.get $class) (i32.const 7))))
  (local.set $shift (i32.add (i32.and (local.get $class) (i32.const 7)) (i32.shr_u (local.get $class) (i32.const 3))))
  (local.set $at (i32.add (local.get $data) (i32.mul (local.get $i) (local.get $step))))
  (if (i32.eq (local.get $step) (i32.shl (i32.const 1) (local.get $shift)))
    (then
      (local.set $end (i32.add (local.get $at)
        (i32.and (i32.shl (i32.sub (local.get $n) (local.get $i)) (local.get $shift)) (i32.const -128))))
      (if (i32.lt_u (local.get $at) (local.get $end))
        (then
          (local.set $masks (call $spread (local.get $mask) (local.get $class)))
          (if (call $dirty (local.get $at) (local.get $end) (local.get $masks))
            (then
              (loop $blocks
                (if (i32.eqz (call $dirty
                      (local.get $at) (i32.add (local.get $at) (i32.const 128)) (local.get $masks)))
                  (then
                    (local.set $at (i32.add (local.get $at) (i32.const 128)))
                    (br_if $blocks (i32.lt_u (local.get $at) (local.get $end)))))))
            (else (local.set $at (local.get $end))))
          (local.set $i (i32.shr_u (i32.sub (local.get $at) (local.get $data)) (local.get $shift)))))))
  (local.set $last (i32.sub (call $part (local.get $class)) (i32.const 2)))
  (block $end
    (loop $elements
      (br_if $end (i32.ge_s (local.get $i) (local.get $n)))
      (br_if $end (i32.eq (local.get $mask)
        (i32.and (i32.load16_u (i32.add (local.get $at) (local.get $last))) (local.get $mask))))
      (if (i32.ge_u (local.get $class) (i32.const 8))
        (then
          (br_if $end (call $bad
            (i32.sub (i32.add (local.get $at) (i32.shl (i32.const 1) (local.get $shift))) (i32.const 2))
            (local.get $mask)))))
      (local.set $at (i32.add (local.get $at) (local.get $step)))
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (br $elements)))
  (local.get $i))
(func $bad (param $top i32) (param $mask i32) (result i32)
  (i32.eq (i32.and (i32.load16_u (local.get $top)) (local.get $mask)) (local.get $mask)))

;; The number at an address; of halves and long doubles the class only. What is no float counts as 1.
(func $number (param $at i32) (param $class i32) (result f64) (local $half i32)
  (block $none (block $quad (block $double (block $float (block $half
    (br_table $none $half $float $double $quad $none (i32.and (local.get $class) (i32.const 7))))
    (local.set $half (i32.and (i32.load16_u (local.get $at)) (i32.const 0x7fff)))
    (if (i32.ge_u (local.get $half) (i32.const 0x7c00))
      (then (return (select (f64.const inf) (f64.const nan) (i32.eq (local.get $half) (i32.const 0x7c00))))))
    (return (f64.convert_i32_u (local.get $half))))
    (return (f64.promote_f32 (f32.load (local.get $at)))))
    (return (f64.load (local.get $at))))
    (return (call $quad (i64.load (local.get $at)) (i64.load offset=8 (local.get $at)))))
  (f64.const 1))

;; The class of an operand: of a complex one, that of both of its parts.
(func $operand (param $at i32) (param $class i32) (result f64) (local $first f64) (local $second f64)
  (local.set $first (call $number (local.get $at) (local.get $class)))
  (if (i32.lt_u (local.get $class) (i32.const 8)) (then (return (local.get $first))))
  (local.set $second (call $number (i32.add (local.get $at) (call $part (local.get $class))) (local.get $class)))
  (f64.max (f64.abs (local.get $first)) (f64.abs (local.get $second))))

;; The operation by its name: 0 no poles, 1 a pole where the first operand is 0, 2 the second, 3 all infinities are
;; poles, 4 no operation that sets bits.
(func $operation (param $context i32) (result i32) (local $name i32) (local $text i64)
  (local.set $name (i32.load offset=40 (i32.load (local.get $context))))
  (local.set $text (i64.load (local.get $name)))
  ;; "log", and then the end, 1 or 2
  (if (i64.eq (i64.and (local.get $text) (i64.const 0xffffff)) (i64.const 0x676f6c))
    (then (return (i32.mul (i32.const 3)
      (i32.or (i32.eqz (i32.load8_u offset=3 (local.get $name)))
        (i32.eq (i32.or (i32.load8_u offset=3 (local.get $name)) (i32.const 3)) (i32.const 0x33)))))))
  (if (i64.eq (local.get $text) (i64.const 0x00686e6174637261)) (then (return (i32.const 3)))) ;; arctanh
  (if (i64.eq (local.get $text) (i64.const 0x00676e6963617073)) (then (return (i32.const 4)))) ;; spacing
  (if (i64.eq (local.get $text) (i64.const 0x636f727069636572)) (then (return (i32.const 1)))) ;; reciproc(al)
  (if (i64.eq (local.get $text) (i64.const 0x6f705f74616f6c66)) (then (return (i32.const 1)))) ;; float_po(wer)
  (local.set $text (i64.and (local.get $text) (i64.const 0xffffffffffff)))
  (if (i64.eq (local.get $text) (i64.const 0x007265776f70)) (then (return (i32.const 1)))) ;; power
  (if (i64.eq (local.get $text) (i64.const 0x656469766964)) (then (return (i32.const 2)))) ;; divide
  (if (i64.eq (local.get $text) (i64.const 0x646f6d766964)) (then (return (i32.const 2)))) ;; divmod
  (if (i64.eq (local.get $text) (i64.const 0x5f726f6f6c66)) (then (return (i32.const 2)))) ;; floor_(divide)
  (i32.const 0))

(func $pole (param $a f64) (param $b f64) (param $operation i32) (result i32)
  (i32.or
    (i32.eq (local.get $operation) (i32.const 3))
    (i32.or
      (i32.and (i32.eq (local.get $operation) (i32.const 1)) (f64.eq (local.get $a) (f64.const 0)))
      (i32.and (i32.eq (local.get $operation) (i32.const 2)) (f64.eq (local.get $b) (f64.const 0))))))
(func $judge (param $at i32) (param $class i32) (param $a f64) (param $b f64) (param $operation i32) (local $r f64)
  (local.set $r (call $number (local.get $at) (local.get $class)))
  (if (f64.lt (f64.abs (local.get $r)) (f64.const inf)) (then (return)))
  (call $classify (local.get $r) (local.get $a) (local.get $b)
    (call $pole (local.get $a) (local.get $b) (local.get $operation))))
;; Sets the bits for one element of an output.
(func $element (param $at i32) (param $class i32) (param $a f64) (param $b f64) (param $operation i32)
  (call $judge (local.get $at) (local.get $class) (local.get $a) (local.get $b) (local.get $operation))
  (if (i32.ge_u (local.get $class) (i32.const 8))
    (then (call $judge (i32.add (local.get $at) (call $part (local.get $class)))
      (local.get $class) (local.get $a) (local.get $b) (local.get $operation)))))

;; Keeps what an input was before the loop writes over it, and notes where it can be read after the loop: in the two
;; words of the frame at $note. The address 0 stands for numbers that are all finite.
(func $keep (param $k i32) (param $frame i32) (param $steps i32) (param $class i32) (param $nargs i32) (param $nin i32)
  (param $m i32) (param $note i32)
  (local $at i32) (local $step i32) (local $j i32) (local $to i32) (local $size i32) (local $i i32)
  (local.set $at (i32.load (i32.add (local.get $frame) (i32.shl (local.get $k) (i32.const 2)))))
  (local.set $step (i32.load (i32.add (local.get $steps) (i32.shl (local.get $k) (i32.const 2)))))
  (i32.store (local.get $note) (local.get $at))
  (i32.store offset=4 (local.get $note) (local.get $step))
  (if (i32.eqz (local.get $class)) (then (return)))
  (local.set $j (local.get $nin))
  (block $same
    (loop $outputs
      (br_if $same (i32.eq (local.get $at)
        (i32.load (i32.add (local.get $frame) (i32.shl (local.get $j) (i32.const 2))))))
      (local.set $j (i32.add (local.get $j) (i32.const 1)))
      (br_if $outputs (i32.lt_u (local.get $j) (local.get $nargs))))
    (return))
  (if (i32.eq (call $next (local.get $at) (local.get $step) (local.get $class) (i32.const 0) (local.get $m))
        (local.get $m))
    (then
      (i32.store (local.get $note) (i32.const 0))
      (return)))
  (global.set $stack (i32.sub (local.get $frame) (i32.const 0x20000)))
  (local.set $to (i32.add (global.get $stack) (i32.shl (local.get $k) (i32.const 16))))
  (local.set $size (call $size (local.get $class)))
  (i32.store (local.get $note) (local.get $to))
  (i32.store offset=4 (local.get $note) (local.get $size))
  (if (i32.eq (local.get $step) (local.get $size))
    (then (memory.copy (local.get $to) (local.get $at) (i32.mul (local.get $m) (local.get $size))))
    (else
      (loop $elements
        (memory.copy (local.get $to) (local.get $at) (local.get $size))
        (local.set $to (i32.add (local.get $to) (local.get $size)))
        (local.set $at (i32.add (local.get $at) (local.get $step)))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br_if $elements (i32.lt_u (local.get $i) (local.get $m)))))))
(func $kept (param $note i32) (param $class i32) (param $i i32) (result f64)
  (if (i32.eqz (i32.load (local.get $note))) (then (return (f64.const 1))))
  (call $operand
    (i32.add (i32.load (local.get $note)) (i32.mul (i32.load offset=4 (local.get $note)) (local.get $i)))
    (local.get $class)))

;; Sets the bits for the elements of an output from $i on, where all operands are doubles. Elements that cannot set
;; another bit are passed over fast: many arrays contain what is no number.
(func $doubles (param $at i32) (param $step i32) (param $i i32) (param $m i32) (param $notes i32) (param $nin i32)
  (param $operation i32)
  (local $a i32) (local $as i32) (local $b i32) (local $bs i32) (local $infinities i32) (local $r f64) (local $x f64)
  (local $y f64)
  ;; A number, for operands that are finite.
  (local.set $a (i32.add (local.get $notes) (i32.const 16)))
  (f64.store (local.get $a) (f64.const 1))
  (local.set $b (local.get $a))
  (if (i32.load (local.get $notes))
    (then
      (local.set $a (i32.load (local.get $notes)))
      (local.set $as (i32.load offset=4 (local.get $notes)))))
  (if (i32.eq (local.get $nin) (i32.const 2))
    (then
      (if (i32.load offset=8 (local.get $notes))
        (then
          (local.set $b (i32.load offset=8 (local.get $notes)))
          (local.set $bs (i32.load offset=12 (local.get $notes)))))))
  ;; The bits of infinities: overflow, division by zero, or both.
  (local.set $infinities (i32.const 3))
  (if (i32.eqz (local.get $operation)) (then (local.set $infinities (i32.const 2))))
  (if (i32.eq (local.get $operation) (i32.const 3)) (then (local.set $infinities (i32.const 1))))
  (local.set $at (i32.add (local.get $at) (i32.mul (local.get $i) (local.get $step))))
  (loop $elements
    (local.set $r (f64.load (local.get $at)))
    (local.set $at (i32.add (local.get $at) (local.get $step)))
    (if (i32.eqz (f64.lt (f64.abs (local.get $r)) (f64.const inf)))
      (then
        (local.set $x (f64.load (i32.add (local.get $a) (i32.mul (local.get $i) (local.get $as)))))
        (local.set $y (f64.load (i32.add (local.get $b) (i32.mul (local.get $i) (local.get $bs)))))
        (if (if (result i32) (f64.eq (local.get $r) (local.get $r))
              (then (i32.and
                (i32.and
                  (f64.lt (f64.abs (local.get $x)) (f64.const inf))
                  (f64.lt (f64.abs (local.get $y)) (f64.const inf)))
                (i32.ne (local.get $infinities)
                  (i32.and (i32.load (global.get $status)) (local.get $infinities)))))
              (else (i32.and
                (i32.and
                  (f64.eq (local.get $x) (local.get $x))
                  (f64.eq (local.get $y) (local.get $y)))
                (i32.eqz (i32.and (i32.load (global.get $status)) (i32.const 8))))))
          (then
            (call $classify (local.get $r) (local.get $x) (local.get $y)
              (call $pole (local.get $x) (local.get $y) (local.get $operation)))))))
    (br_if $elements
      (i32.lt_u (local.tee $i (i32.add (local.get $i) (i32.const 1))) (local.get $m)))))

;; Sets the bits for all elements of an output.
(func $output (param $at i32) (param $step i32) (param $class i32) (param $m i32) (param $notes i32) (param $a i32)
  (param $b i32) (param $nin i32) (param $context i32)
  (local $i i32) (local $operation i32)
  (if (i32.eqz (local.get $class)) (then (return)))
  (local.set $i (call $next (local.get $at) (local.get $step) (local.get $class) (i32.const 0) (local.get $m)))
  (if (i32.eq (local.get $i) (local.get $m)) (then (return)))
  (local.set $operation (call $operation (local.get $context)))
  (if (i32.eq (local.get $operation) (i32.const 4)) (then (return)))
  (if (i32.and
        (i32.and (i32.eq (local.get $class) (i32.const 3)) (i32.eq (local.get $a) (i32.const 3)))
        (i32.or (i32.eq (local.get $nin) (i32.const 1)) (i32.eq (local.get $b) (i32.const 3))))
    (then
      (call $doubles (local.get $at) (local.get $step) (local.get $i) (local.get $m) (local.get $notes)
        (local.get $nin) (local.get $operation))
      (return)))
  (loop $elements
    (call $element (i32.add (local.get $at) (i32.mul (local.get $i) (local.get $step))) (local.get $class)
      (call $kept (local.get $notes) (local.get $a) (local.get $i))
      (if (result f64) (i32.eq (local.get $nin) (i32.const 2))
        (then (call $kept (i32.add (local.get $notes) (i32.const 8)) (local.get $b) (local.get $i)))
        (else (f64.const 1)))
      (local.get $operation))
    (local.set $i (call $next (local.get $at) (local.get $step) (local.get $class)
      (i32.add (local.get $i) (i32.const 1)) (local.get $m)))
    (br_if $elements (i32.lt_u (local.get $i) (local.get $m)))))

;; Sets the bits for a reduction, after the loop: $first is what the result was before.
(func $reduced (param $args i32) (param $n i32) (param $step i32) (param $class i32) (param $input i32)
  (param $first f64) (param $context i32)
  (local $at i32) (local $i i32) (local $operation i32) (local $rest f64)
  (if (call $next (i32.load (local.get $args)) (i32.const 0) (local.get $class) (i32.const 0) (i32.const 1))
    (then (return)))
  (local.set $operation (call $operation (local.get $context)))
  (local.set $rest (f64.const 1))
  (local.set $at (i32.load offset=4 (local.get $args)))
  (if (local.get $input)
    (then
      (block $end
        (loop $elements
          (local.set $i (call $next
            (local.get $at) (local.get $step) (local.get $input) (local.get $i) (local.get $n)))
          (br_if $end (i32.ge_s (local.get $i) (local.get $n)))
          (local.set $rest (call $operand
            (i32.add (local.get $at) (i32.mul (local.get $i) (local.get $step))) (local.get $input)))
          (local.set $i (i32.add (local.get $i) (i32.const 1)))
          (br_if $elements (f64.eq (local.get $rest) (local.get $rest)))))))
  (call $element (i32.load (local.get $args)) (local.get $class) (local.get $first) (local.get $rest)
    (select (i32.const 3) (local.get $operation) (i32.eq (local.get $operation) (i32.const 2)))))
