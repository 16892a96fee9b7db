;; Recognises a body that differs from a remembered one in its numbers only, and reads those numbers.
;; The memory is laid out by steady.ts, which also writes the powers of ten (f64 1, 10 … 1e15) at 0
;; and at 128, for a length 0–16 and a place of the point 0–16, which bytes of a number are its digits from the right.
(module
  (memory (export "memory") 1)
  ;; Where the last call stopped: number, place in the window, place in the keys, numbers left to JavaScript.
  (global $number (export "number") (mut i32) (i32.const 0))
  (global $place (export "place") (mut i32) (i32.const 0))
  (global $key (export "key") (mut i32) (i32.const 0))
  (global $others (export "others") (mut i32) (i32.const 0))

  ;; Whether $length bytes at $a and at $b are the same. Loads overlap instead of going byte by byte.
  (func $same (param $a i32) (param $b i32) (param $length i32) (result i32)
    (local $end i32)
    (if (i32.ge_u (local.get $length) (i32.const 16))
      (then
        (local.set $end (i32.add (local.get $a) (local.get $length)))
        (block $few
          (loop $wide
            (br_if $few (i32.lt_u (i32.sub (local.get $end) (local.get $a)) (i32.const 64)))
            (if (v128.any_true
                  (v128.or
                    (v128.or
                      (v128.xor (v128.load align=1 (local.get $a)) (v128.load align=1 (local.get $b)))
                      (v128.xor (v128.load offset=16 align=1 (local.get $a)) (v128.load offset=16 align=1 (local.get $b))))
                    (v128.or
                      (v128.xor (v128.load offset=32 align=1 (local.get $a)) (v128.load offset=32 align=1 (local.get $b)))
                      (v128.xor (v128.load offset=48 align=1 (local.get $a)) (v128.load offset=48 align=1 (local.get $b))))))
              (then (return (i32.const 0))))
            (local.set $a (i32.add (local.get $a) (i32.const 64)))
            (local.set $b (i32.add (local.get $b) (i32.const 64)))
            (br $wide)))
        (block $last
          (loop $narrow
            (br_if $last (i32.lt_u (i32.sub (local.get $end) (local.get $a)) (i32.const 16)))
            (if (v128.any_true (v128.xor (v128.load align=1 (local.get $a)) (v128.load align=1 (local.get $b))))
              (then (return (i32.const 0))))
            (local.set $a (i32.add (local.get $a) (i32.const 16)))
            (local.set $b (i32.add (local.get $b) (i32.const 16)))
            (br $narrow)))
        (local.set $length (i32.sub (local.get $end) (local.get $a)))
        (local.set $b (i32.add (local.get $b) (local.get $length)))
        (return (i32.eqz (v128.any_true (v128.xor
          (v128.load align=1 (i32.sub (local.get $end) (i32.const 16)))
          (v128.load align=1 (i32.sub (local.get $b) (i32.const 16)))))))))
    (local.set $end (i32.add (local.get $a) (local.get $length)))
    (if (i32.ge_u (local.get $length) (i32.const 8))
      (then
        (return (i32.and
          (i64.eq (i64.load align=1 (local.get $a)) (i64.load align=1 (local.get $b)))
          (i64.eq
            (i64.load align=1 (i32.sub (local.get $end) (i32.const 8)))
            (i64.load align=1 (i32.sub (i32.add (local.get $b) (local.get $length)) (i32.const 8))))))))
    (if (i32.ge_u (local.get $length) (i32.const 2))
      (then
        (loop $pairs
          (if (i32.ne (i32.load16_u align=1 (local.get $a)) (i32.load16_u align=1 (local.get $b)))
            (then (return (i32.const 0))))
          (local.set $a (i32.add (local.get $a) (i32.const 2)))
          (local.set $b (i32.add (local.get $b) (i32.const 2)))
          (br_if $pairs (i32.ge_u (i32.sub (local.get $end) (local.get $a)) (i32.const 2))))))
    (if (result i32) (i32.eq (local.get $a) (local.get $end))
      (then (i32.const 1))
      (else (i32.eq (i32.load8_u (local.get $a)) (i32.load8_u (local.get $b))))))

  ;; Goes on with the window [$at, $end) of the body; a byte that is no digit stands at $end, with 16 more behind it.
  ;; $final: the body ends with the window. Otherwise reading stops where a key and a number of 64 bytes might not fit.
  ;; $lengths: i32 length of the bytes before each value, $count + 1 of them; the bytes themselves are at $key.
  ;; $values: f64 of each number. $slow: (index, from, to) of numbers that are not plain short decimals; they lie in
  ;; this window. A number ends before $endA, $endB, $endC or at $end.
  ;; $stamped: length (8 to 16, 0: none) of the text at $stamp, which stands before the last two bytes of every key but
  ;; the last, whatever the key has there.
  ;; $rests: 0, or (place, length) of the last bytes of every key; what is before them is at $key. Such bytes are the
  ;; same for many keys, so that the processor's cache holds them. Not together with a stamp.
  ;; Gives 1 where the body matches so far, 0 where a key differs.
  (func (export "read")
    (param $at i32) (param $end i32) (param $final i32) (param $lengths i32) (param $count i32)
    (param $values i32) (param $slow i32) (param $stamp i32) (param $stamped i32) (param $rests i32)
    (param $endA i32) (param $endB i32) (param $endC i32)
    (result i32)
    (local $i i32) (local $keys i32) (local $length i32) (local $byte i32) (local $from i32)
    (local $negative i32) (local $pointed i32) (local $point i32) (local $found i32)
    (local $own i32) (local $place i32) (local $rest i32)
    (local $text v128) (local $numerals v128) (local $points v128) (local $value f64)
    (local.set $i (global.get $number))
    (local.set $keys (global.get $key))
    (block $paused
      (loop $next
        (local.set $length (i32.load (i32.add (local.get $lengths) (i32.shl (local.get $i) (i32.const 2)))))
        (if (i32.gt_u (i32.add (i32.add (local.get $at) (local.get $length))
                               (select (i32.const 0) (i32.const 64) (local.get $final)))
                      (local.get $end))
          (then
            (br_if $paused (i32.eqz (local.get $final)))
            (return (i32.const 0))))
        (local.set $own (i32.sub (local.get $length)
          (select (i32.add (local.get $stamped) (i32.const 2)) (i32.const 0)
            (i32.and (i32.ne (local.get $stamped) (i32.const 0)) (i32.ne (local.get $i) (local.get $count))))))
        (local.set $rest (i32.const 0))
        (if (local.get $rests)
          (then
            (local.set $rest (i32.load offset=4 (i32.add (local.get $rests) (i32.shl (local.get $i) (i32.const 3)))))
            (if (i32.eqz (call $same
                  (i32.sub (i32.add (local.get $at) (local.get $length)) (local.get $rest))
                  (i32.load (i32.add (local.get $rests) (i32.shl (local.get $i) (i32.const 3))))
                  (local.get $rest)))
              (then (return (i32.const 0))))))
        (if (i32.eqz (call $same (local.get $at) (local.get $keys) (i32.sub (local.get $own) (local.get $rest))))
          (then (return (i32.const 0))))
        (if (i32.ne (local.get $own) (local.get $length))
          (then
            (local.set $place (i32.add (local.get $at) (local.get $own)))
            (if (i64.ne (i64.load align=1 (local.get $place)) (i64.load align=1 (local.get $stamp)))
              (then (return (i32.const 0))))
            (local.set $place (i32.sub (i32.add (local.get $place) (local.get $stamped)) (i32.const 8)))
            (if (i64.ne (i64.load align=1 (local.get $place))
                        (i64.load align=1 (i32.sub (i32.add (local.get $stamp) (local.get $stamped)) (i32.const 8))))
              (then (return (i32.const 0))))
            (if (i32.ne (i32.load16_u offset=8 align=1 (local.get $place))
                        (i32.load16_u align=1 (i32.sub (i32.add (local.get $keys) (local.get $length)) (i32.const 2))))
              (then (return (i32.const 0))))))
        (local.set $at (i32.add (local.get $at) (local.get $length)))
        (local.set $keys (i32.add (local.get $keys) (i32.sub (local.get $length) (local.get $rest))))
        (if (i32.eq (local.get $i) (local.get $count))
          (then
            (global.set $others (local.get $found))
            (global.set $number (i32.add (local.get $i) (i32.const 1)))
            (return (i32.and (local.get $final) (i32.eq (local.get $at) (local.get $end))))))
        (local.set $from (local.get $at))
        (block $done
          (block $other
            (local.set $negative (i32.eq (i32.load8_u (local.get $at)) (i32.const 45)))
            (local.set $at (i32.add (local.get $at) (local.get $negative)))
            (local.set $text (v128.load align=1 (local.get $at)))
            (local.set $numerals (i8x16.sub (local.get $text) (v128.const i8x16 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48 48)))
            (local.set $points (i8x16.eq (local.get $text) (v128.const i8x16 46 46 46 46 46 46 46 46 46 46 46 46 46 46 46 46)))
            ;; length of digits and points, at most 16
            (local.set $length
              (i32.ctz (i32.or (i32.const 0x10000) (i8x16.bitmask (v128.not (v128.or (local.get $points)
                (i8x16.lt_u (local.get $numerals) (v128.const i8x16 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10 10))))))))
            (local.set $pointed
              (i32.and (i8x16.bitmask (local.get $points)) (i32.sub (i32.shl (i32.const 1) (local.get $length)) (i32.const 1))))
            (br_if $other (i32.and (local.get $pointed) (i32.sub (local.get $pointed) (i32.const 1))))
            (local.set $point (i32.ctz (i32.or (i32.const 0x10000) (local.get $pointed))))
            ;; 1 to 15 digits: exact as an integer, and so is the power of ten, so that one division rounds once
            (br_if $other (i32.gt_u
              (i32.sub (i32.sub (local.get $length) (i32.ne (local.get $pointed) (i32.const 0))) (i32.const 1))
              (i32.const 14)))
            (local.set $at (i32.add (local.get $at) (local.get $length)))
            (br_if $other (i32.gt_u (local.get $at) (local.get $end)))
            ;; digits to the right end, without the point
            (local.set $numerals (i8x16.swizzle (local.get $numerals)
              (v128.load (i32.add (i32.const 128)
                (i32.shl (i32.add (i32.mul (local.get $length) (i32.const 17)) (local.get $point)) (i32.const 4))))))
            ;; two, then four digits together
            (local.set $numerals (i32x4.dot_i16x8_s
              (i16x8.add
                (i16x8.mul
                  (v128.and (local.get $numerals) (v128.const i16x8 255 255 255 255 255 255 255 255))
                  (v128.const i16x8 10 10 10 10 10 10 10 10))
                (i16x8.shr_u (local.get $numerals) (i32.const 8)))
              (v128.const i16x8 100 1 100 1 100 1 100 1)))
            (local.set $value (f64.div
              (f64.convert_i64_u (i64.add
                (i64.mul
                  (i64.extend_i32_u (i32.add
                    (i32.mul (i32x4.extract_lane 0 (local.get $numerals)) (i32.const 10000))
                    (i32x4.extract_lane 1 (local.get $numerals))))
                  (i64.const 100000000))
                (i64.extend_i32_u (i32.add
                  (i32.mul (i32x4.extract_lane 2 (local.get $numerals)) (i32.const 10000))
                  (i32x4.extract_lane 3 (local.get $numerals))))))
              (f64.load (i32.shl
                (select (i32.sub (i32.sub (local.get $length) (local.get $point)) (i32.const 1)) (i32.const 0) (local.get $pointed))
                (i32.const 3)))))
            (if (local.get $negative) (then (local.set $value (f64.neg (local.get $value)))))
            (f64.store (i32.add (local.get $values) (i32.shl (local.get $i) (i32.const 3))) (local.get $value))
            (local.set $byte (i32.load8_u (local.get $at)))
            (br_if $done (i32.eq (local.get $at) (local.get $end)))
            (br_if $done (i32.eq (local.get $byte) (local.get $endA)))
            (br_if $done (i32.eq (local.get $byte) (local.get $endB)))
            (br_if $done (i32.eq (local.get $byte) (local.get $endC))))
          ;; Anything else is JavaScript's to read: exponents, NaN, more digits than a double holds exactly.
          (block $stopped
            (loop $skip
              (br_if $stopped (i32.ge_u (local.get $at) (local.get $end)))
              (local.set $byte (i32.load8_u (local.get $at)))
              (br_if $stopped (i32.eq (local.get $byte) (local.get $endA)))
              (br_if $stopped (i32.eq (local.get $byte) (local.get $endB)))
              (br_if $stopped (i32.eq (local.get $byte) (local.get $endC)))
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (br $skip)))
          ;; A number that runs into the end of a window that is not the last may go on behind it.
          (if (i32.and (i32.eq (local.get $at) (local.get $end)) (i32.eqz (local.get $final)))
            (then (return (i32.const 0))))
          (i32.store (local.get $slow) (local.get $i))
          (i32.store offset=4 (local.get $slow) (local.get $from))
          (i32.store offset=8 (local.get $slow) (local.get $at))
          (local.set $slow (i32.add (local.get $slow) (i32.const 12)))
          (local.set $found (i32.add (local.get $found) (i32.const 1))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (br $next))
      (unreachable))
    (global.set $number (local.get $i))
    (global.set $place (local.get $at))
    (global.set $key (local.get $keys))
    (global.set $others (local.get $found))
    (i32.const 1)))
