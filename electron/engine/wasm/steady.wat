;; Recognises a body that differs from a remembered one in its numbers only, and reads those numbers.
;; The memory is laid out by steady.ts, which also writes two tables, by length (0–16) and place of the point (0–16):
;; at 0 which bytes of a number are its digits from the right, and at 4624 the power of ten (f64) to divide them by.
(module
  (memory (export "memory") 1)
  ;; Constants: loads cost less than making them. Low halves of bytes; the digit or point with each low half (0: none);
  ;; points; factors that put two, four and eight digits together.
  (data (i32.const 6944) "\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f\0f")
  (data (i32.const 6960) "\30\31\32\33\34\35\36\37\38\39\00\00\00\00\2e\00")
  (data (i32.const 6976) "\2e\2e\2e\2e\2e\2e\2e\2e\2e\2e\2e\2e\2e\2e\2e\2e")
  (data (i32.const 6992) "\01\0a\01\0a\01\0a\01\0a\01\0a\01\0a\01\0a\01\0a")
  (data (i32.const 7008) "\64\00\01\00\64\00\01\00\64\00\01\00\64\00\01\00")
  (data (i32.const 7024) "\10\27\01\00\10\27\01\00\10\27\01\00\10\27\01\00")

  ;; Goes on with the window [$at, $end) of the body; a byte that is no digit stands at $end, and as many bytes as the
  ;; longest key has and 64 more may be read behind it.
  ;; $limit: $end where the body ends with the window; otherwise reading pauses behind it, where a key and a number of
  ;; 64 bytes might not fit.
  ;; $keys: the bytes before each value, $count + 1 times, as the places of two parts, each an i32 of its length
  ;; with its bytes behind it. Keys share their parts, so that the processor's cache holds them. 8 bytes behind each part may be read.
  ;; $values: f64 of each number. $slow: (index, from, to) of numbers that are not plain short decimals; they lie in
  ;; this window. A number ends before $endA, $endB, $endC or at $end.
  ;; At 7040 stand the number to go on with (i32) and, afterwards, how many were left to JavaScript.
  ;; Gives the place in the window to go on from, $end where all is read, and 0 where a key differs.
  (func (export "read")
    (param $at i32) (param $end i32) (param $limit i32) (param $keys i32) (param $count i32)
    (param $values i32) (param $slow i32) (param $endA i32) (param $endB i32) (param $endC i32)
    (result i32)
    (local $i i32) (local $length i32) (local $byte i32) (local $from i32)
    (local $negative i32) (local $points i32) (local $shape i32) (local $found i32)
    (local $key i32) (local $part i32) (local $rest i32) (local $a i32) (local $value_at i32)
    (local $differ v128) (local $text v128) (local $nibbles v128) (local $numerals v128) (local $eights i64) (local $value f64)
    (local.set $i (i32.load (i32.const 7040)))
    (local.set $key (i32.add (local.get $keys) (i32.shl (local.get $i) (i32.const 3))))
    (local.set $value_at (i32.add (local.get $values) (i32.shl (local.get $i) (i32.const 3))))
    (block $paused
      (loop $next
        (if (i32.gt_u (local.get $at) (local.get $limit))
          (then
            (br_if $paused (i32.ne (local.get $limit) (local.get $end)))
            ;; Behind the end stands what an earlier window left.
            (return (i32.const 0))))
        ;; Both parts, one after the other: $keys is a multiple of 8. Loads overlap instead of going byte by byte, and
        ;; what differs is gathered: a branch for each would cost more than reading on.
        (local.set $differ (i64x2.splat (i64.const 0)))
        (loop $parts
          (local.set $part (i32.load (local.get $key)))
          (local.set $length (i32.load align=1 (local.get $part)))
          (local.set $key (i32.add (local.get $key) (i32.const 4)))
          (local.set $a (local.get $at))
          ;; The next number waits for this sum only, not for the bytes to be compared.
          (local.set $at (i32.add (local.get $at) (local.get $length)))
          (block $compared
            (if (i32.ge_u (local.get $length) (i32.const 64))
              (then
                (local.set $rest (i32.sub (local.get $at) (i32.const 64)))
                (block $last
                  (loop $wide
                    (br_if $last (i32.ge_u (local.get $a) (local.get $rest)))
                    (local.set $differ (v128.or (local.get $differ)
                      (v128.or
                        (v128.or
                          (v128.xor (v128.load align=1 (local.get $a)) (v128.load offset=4 align=1 (local.get $part)))
                          (v128.xor (v128.load offset=16 align=1 (local.get $a)) (v128.load offset=20 align=1 (local.get $part))))
                        (v128.or
                          (v128.xor (v128.load offset=32 align=1 (local.get $a)) (v128.load offset=36 align=1 (local.get $part)))
                          (v128.xor (v128.load offset=48 align=1 (local.get $a)) (v128.load offset=52 align=1 (local.get $part)))))))
                    (local.set $a (i32.add (local.get $a) (i32.const 64)))
                    (local.set $part (i32.add (local.get $part) (i32.const 64)))
                    (br $wide)))
                (local.set $part (i32.add (local.get $part) (i32.sub (local.get $rest) (local.get $a))))
                (local.set $differ (v128.or (local.get $differ)
                  (v128.or
                    (v128.or
                      (v128.xor (v128.load align=1 (local.get $rest)) (v128.load offset=4 align=1 (local.get $part)))
                      (v128.xor (v128.load offset=16 align=1 (local.get $rest)) (v128.load offset=20 align=1 (local.get $part))))
                    (v128.or
                      (v128.xor (v128.load offset=32 align=1 (local.get $rest)) (v128.load offset=36 align=1 (local.get $part)))
                      (v128.xor (v128.load offset=48 align=1 (local.get $rest)) (v128.load offset=52 align=1 (local.get $part)))))))
                (br $compared)))
            (if (i32.ge_u (local.get $length) (i32.const 16))
              (then
                (local.set $rest (i32.sub (local.get $length) (i32.const 16)))
                (local.set $differ (v128.or (local.get $differ)
                  (v128.or
                    (v128.xor (v128.load align=1 (local.get $a)) (v128.load offset=4 align=1 (local.get $part)))
                    (v128.xor (v128.load align=1 (i32.add (local.get $a) (local.get $rest))) (v128.load offset=4 align=1 (i32.add (local.get $part) (local.get $rest)))))))
                (br_if $compared (i32.le_u (local.get $length) (i32.const 32)))
                (local.set $rest (i32.sub (local.get $length) (i32.const 32)))
                (local.set $differ (v128.or (local.get $differ)
                  (v128.or
                    (v128.xor (v128.load offset=16 align=1 (local.get $a)) (v128.load offset=20 align=1 (local.get $part)))
                    (v128.xor (v128.load align=1 (i32.add (local.get $a) (local.get $rest))) (v128.load offset=4 align=1 (i32.add (local.get $part) (local.get $rest)))))))
                (br $compared)))
            (if (i32.ge_u (local.get $length) (i32.const 8))
              (then
                (local.set $rest (i32.sub (local.get $length) (i32.const 8)))
                (local.set $differ (v128.or (local.get $differ) (i64x2.splat (i64.or
                  (i64.xor (i64.load align=1 (local.get $a)) (i64.load offset=4 align=1 (local.get $part)))
                  (i64.xor
                    (i64.load align=1 (i32.add (local.get $a) (local.get $rest)))
                    (i64.load offset=4 align=1 (i32.add (local.get $part) (local.get $rest))))))))
                (br $compared)))
            (br_if $compared (i32.eqz (local.get $length)))
            (local.set $differ (v128.or (local.get $differ) (i64x2.splat (i64.shl
              (i64.xor (i64.load align=1 (local.get $a)) (i64.load offset=4 align=1 (local.get $part)))
              (i64.extend_i32_u (i32.sub (i32.const 64) (i32.shl (local.get $length) (i32.const 3)))))))))
          (br_if $parts (i32.and (local.get $key) (i32.const 4))))
        (if (v128.any_true (local.get $differ)) (then (return (i32.const 0))))
        (if (i32.eq (local.get $i) (local.get $count))
          (then
            ;; The whole body is read where its last key ends with it, and only there.
            (br_if $paused (i32.and (i32.eq (local.get $limit) (local.get $end)) (i32.eq (local.get $at) (local.get $end))))
            (return (i32.const 0))))
        (local.set $from (local.get $at))
        (block $done
          (block $other
            (local.set $negative (i32.const 0))
            ;; A branch, so that what follows need not wait for the byte.
            (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 45))
              (then
                (local.set $negative (i32.const 1))
                (local.set $at (i32.add (local.get $at) (i32.const 1)))))
            (local.set $text (v128.load align=1 (local.get $at)))
            (local.set $nibbles (v128.and (local.get $text) (v128.load (i32.const 6944))))
            ;; Length of digits and points, at most 16: a byte is one where it is what such a byte with its low half is.
            (local.set $length
              (i32.ctz (i32.xor (i32.const -1) (i8x16.bitmask (i8x16.eq
                (local.get $text)
                (i8x16.swizzle (v128.load (i32.const 6960)) (local.get $nibbles)))))))
            (local.set $at (i32.add (local.get $at) (local.get $length)))
            ;; 1 to 15 bytes: the digits are exact as an integer, and so is the power of ten, so that one division rounds once.
            (br_if $other (i32.gt_u (i32.sub (local.get $length) (i32.const 1)) (i32.const 14)))
            (local.set $points (i32.and
              (i8x16.bitmask (i8x16.eq (local.get $text) (v128.load (i32.const 6976))))
              (i32.sub (i32.shl (i32.const 1) (local.get $length)) (i32.const 1))))
            ;; No second point, and none in the first place.
            (br_if $other (i32.and (local.get $points) (i32.or (i32.sub (local.get $points) (i32.const 1)) (i32.const 1))))
            ;; Where the tables have this length and place of the point (16: none).
            (local.set $shape (i32.add
              (i32.mul (local.get $length) (i32.const 17))
              (i32.ctz (i32.or (local.get $points) (i32.const 0x10000)))))
            ;; digits to the right end, without the point
            (local.set $numerals
              (i8x16.swizzle (local.get $nibbles) (v128.load (i32.shl (local.get $shape) (i32.const 4)))))
            ;; two (256 (10 a + b) + a, where 256 b + a was), then four, then eight digits together
            (local.set $numerals (i32x4.dot_i16x8_s
              (i16x8.shr_u
                (i16x8.mul (local.get $numerals) (v128.load (i32.const 6992)))
                (i32.const 8))
              (v128.load (i32.const 7008))))
            (local.set $eights (i64x2.extract_lane 0 (i32x4.dot_i16x8_s
              (i16x8.narrow_i32x4_s (local.get $numerals) (local.get $numerals))
              (v128.load (i32.const 7024)))))
            (local.set $value (f64.div
              (f64.convert_i64_s (i64.add
                (i64.mul (i64.and (local.get $eights) (i64.const 0xffffffff)) (i64.const 100000000))
                (i64.shr_u (local.get $eights) (i64.const 32))))
              (f64.load offset=4624 (i32.shl (local.get $shape) (i32.const 3)))))
            (if (local.get $negative) (then (local.set $value (f64.neg (local.get $value)))))
            (f64.store (local.get $value_at) (local.get $value))
            (local.set $byte (i32.load8_u (local.get $at)))
            (br_if $done (i32.eq (local.get $byte) (local.get $endA)))
            (br_if $done (i32.eq (local.get $byte) (local.get $endB)))
            (br_if $done (i32.eq (local.get $byte) (local.get $endC)))
            (br_if $done (i32.eq (local.get $at) (local.get $end))))
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
          (if (i32.and (i32.eq (local.get $at) (local.get $end)) (i32.ne (local.get $limit) (local.get $end)))
            (then (return (i32.const 0))))
          (i32.store (local.get $slow) (local.get $i))
          (i32.store offset=4 (local.get $slow) (local.get $from))
          (i32.store offset=8 (local.get $slow) (local.get $at))
          (local.set $slow (i32.add (local.get $slow) (i32.const 12)))
          (local.set $found (i32.add (local.get $found) (i32.const 1))))
        (local.set $i (i32.add (local.get $i) (i32.const 1)))
        (local.set $value_at (i32.add (local.get $value_at) (i32.const 8)))
        (br $next))
      (unreachable))
    (i32.store (i32.const 7040) (local.get $i))
    (i32.store offset=4 (i32.const 7040) (local.get $found))
    (local.get $at)))
