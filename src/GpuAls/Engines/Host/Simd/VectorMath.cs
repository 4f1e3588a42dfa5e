namespace GpuAls;

/// <summary>Operations on padded rows. Lengths are multiples of the vector width unless stated otherwise.</summary>
internal static unsafe class VectorMath<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>x·y.</summary>
    public static float Dot(float* x, float* y, int length)
    {
        var sum = TSimd.Zero;
        for (var i = 0; i < length; i += TSimd.Width)
            sum = TSimd.MultiplyAdd(TSimd.Load(x + i), TSimd.Load(y + i), sum);
        return TSimd.Sum(sum);
    }

    /// <summary>y += scale·x.</summary>
    public static void AddScaled(float scale, float* x, float* y, int length)
    {
        var factor = TSimd.Broadcast(scale);
        for (var i = 0; i < length; i += TSimd.Width)
            TSimd.Store(TSimd.MultiplyAdd(factor, TSimd.Load(x + i), TSimd.Load(y + i)), y + i);
    }

    /// <summary>y = scale·x.</summary>
    public static void Scale(float scale, float* x, float* y, int length)
    {
        var factor = TSimd.Broadcast(scale);
        for (var i = 0; i < length; i += TSimd.Width) TSimd.Store(TSimd.Multiply(factor, TSimd.Load(x + i)), y + i);
    }

    /// <summary>target = a·x + b·y.</summary>
    public static void Combine(float a, float* x, float b, float* y, float* target, nint length)
    {
        var (factorOfX, factorOfY) = (TSimd.Broadcast(a), TSimd.Broadcast(b));
        for (nint i = 0; i < length; i += TSimd.Width)
        {
            var part = TSimd.Multiply(factorOfY, TSimd.Load(y + i));
            TSimd.Store(TSimd.MultiplyAdd(factorOfX, TSimd.Load(x + i), part), target + i);
        }
    }

    /// <summary>Whether no element is NaN or infinite; any length.</summary>
    public static bool AllFinite(float* x, int length)
    {
        for (var i = 0; i < length; i++)
            if (!float.IsFinite(x[i])) return false;
        return true;
    }
}

/// <summary>
/// Matrix-vector products: dot products with the rows of a matrix, and weighted sums of its rows. Shared operands stay
/// in registers.
/// </summary>
internal static unsafe class RowProducts<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>
    /// Number of dot products computed at once: enough independent chains to hide the latency of two FMA units.
    /// </summary>
    public const int Group = 8;

    /// <summary>dots[k] = row k · p, in whole groups; the last group may read past the last row.</summary>
    /// <param name="rows">[count rounded up to whole groups, stride].</param>
    /// <param name="stride">Distance from one row to the next.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="p">[length].</param>
    /// <param name="length">Number of columns, a multiple of the vector width.</param>
    /// <param name="dots">[count rounded up to whole groups].</param>
    public static void Dots(float* rows, nint stride, int count, float* p, int length, float* dots)
    {
        for (var k = 0; k < count; k += Group)
        {
            // One pointer each for rows 0 to 3 and 4 to 7: with 2·stride and 3·stride in registers, every address is
            // base + index.
            var upper = rows + (k * stride);
            var lower = upper + (4 * stride);
            nint two = 2 * stride, three = 3 * stride;
            TVector s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
            TVector s4 = TSimd.Zero, s5 = TSimd.Zero, s6 = TSimd.Zero, s7 = TSimd.Zero;
            for (var i = 0; i < length; i += TSimd.Width)
            {
                var v = TSimd.Load(p + i);
                s0 = TSimd.MultiplyAdd(v, TSimd.Load(upper), s0);
                s1 = TSimd.MultiplyAdd(v, TSimd.Load(upper + stride), s1);
                s2 = TSimd.MultiplyAdd(v, TSimd.Load(upper + two), s2);
                s3 = TSimd.MultiplyAdd(v, TSimd.Load(upper + three), s3);
                s4 = TSimd.MultiplyAdd(v, TSimd.Load(lower), s4);
                s5 = TSimd.MultiplyAdd(v, TSimd.Load(lower + stride), s5);
                s6 = TSimd.MultiplyAdd(v, TSimd.Load(lower + two), s6);
                s7 = TSimd.MultiplyAdd(v, TSimd.Load(lower + three), s7);
                upper += TSimd.Width;
                lower += TSimd.Width;
            }

            TSimd.StoreSums(s0, s1, s2, s3, s4, s5, s6, s7, dots + k);
        }
    }

    /// <summary>dots[k] = rows[k] · p for eight rows anywhere in memory.</summary>
    /// <param name="rows">[8].</param>
    /// <param name="p">[length].</param>
    /// <param name="length">Number of columns, a multiple of the vector width.</param>
    /// <param name="dots">[8].</param>
    public static void Dots(float** rows, float* p, nint length, float* dots)
    {
        float* r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3];
        float* r4 = rows[4], r5 = rows[5], r6 = rows[6], r7 = rows[7];
        TVector s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero;
        TVector s4 = TSimd.Zero, s5 = TSimd.Zero, s6 = TSimd.Zero, s7 = TSimd.Zero;
        for (nint i = 0; i < length; i += TSimd.Width)
        {
            var v = TSimd.Load(p + i);
            s0 = TSimd.MultiplyAdd(v, TSimd.Load(r0 + i), s0);
            s1 = TSimd.MultiplyAdd(v, TSimd.Load(r1 + i), s1);
            s2 = TSimd.MultiplyAdd(v, TSimd.Load(r2 + i), s2);
            s3 = TSimd.MultiplyAdd(v, TSimd.Load(r3 + i), s3);
            s4 = TSimd.MultiplyAdd(v, TSimd.Load(r4 + i), s4);
            s5 = TSimd.MultiplyAdd(v, TSimd.Load(r5 + i), s5);
            s6 = TSimd.MultiplyAdd(v, TSimd.Load(r6 + i), s6);
            s7 = TSimd.MultiplyAdd(v, TSimd.Load(r7 + i), s7);
        }

        TSimd.StoreSums(s0, s1, s2, s3, s4, s5, s6, s7, dots);
    }

    /// <summary>sum += Σ weights[k]·rows[k] of eight rows anywhere in memory, added in their order.</summary>
    /// <param name="rows">[8].</param>
    /// <param name="weights">[8].</param>
    /// <param name="sum">[length].</param>
    /// <param name="length">Number of columns, a multiple of the vector width.</param>
    public static void AddScaled(float** rows, float* weights, float* sum, nint length)
    {
        float* r0 = rows[0], r1 = rows[1], r2 = rows[2], r3 = rows[3];
        float* r4 = rows[4], r5 = rows[5], r6 = rows[6], r7 = rows[7];
        TVector w0 = TSimd.Broadcast(weights[0]), w1 = TSimd.Broadcast(weights[1]);
        TVector w2 = TSimd.Broadcast(weights[2]), w3 = TSimd.Broadcast(weights[3]);
        TVector w4 = TSimd.Broadcast(weights[4]), w5 = TSimd.Broadcast(weights[5]);
        TVector w6 = TSimd.Broadcast(weights[6]), w7 = TSimd.Broadcast(weights[7]);
        for (nint i = 0; i < length; i += TSimd.Width)
        {
            var s = TSimd.MultiplyAdd(w0, TSimd.Load(r0 + i), TSimd.Load(sum + i));
            s = TSimd.MultiplyAdd(w1, TSimd.Load(r1 + i), s);
            s = TSimd.MultiplyAdd(w2, TSimd.Load(r2 + i), s);
            s = TSimd.MultiplyAdd(w3, TSimd.Load(r3 + i), s);
            s = TSimd.MultiplyAdd(w4, TSimd.Load(r4 + i), s);
            s = TSimd.MultiplyAdd(w5, TSimd.Load(r5 + i), s);
            s = TSimd.MultiplyAdd(w6, TSimd.Load(r6 + i), s);
            TSimd.Store(TSimd.MultiplyAdd(w7, TSimd.Load(r7 + i), s), sum + i);
        }
    }

    /// <summary>sum += Σ weights[k]·row k, always added in the same order.</summary>
    /// <param name="rows">[count, stride].</param>
    /// <param name="stride">Distance from one row to the next.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="weights">[count].</param>
    /// <param name="sum">[length].</param>
    /// <param name="length">Number of columns, a multiple of the vector width.</param>
    public static void AddScaled(float* rows, nint stride, int count, float* weights, float* sum, int length)
    {
        var i = 0;
        var w = TSimd.Width;
        for (; i + (8 * w) <= length; i += 8 * w) AddScaledEight(rows + i, stride, count, weights, sum + i);
        for (; i + (2 * w) <= length; i += 2 * w) AddScaledTwo(rows + i, stride, count, weights, sum + i);
        if (i < length) AddScaledOne(rows + i, stride, count, weights, sum + i);
    }

    private static void AddScaledEight(float* rows, nint stride, int count, float* weights, float* sum)
    {
        var w = TSimd.Width;
        TVector s0 = TSimd.Load(sum), s1 = TSimd.Load(sum + w);
        TVector s2 = TSimd.Load(sum + (2 * w)), s3 = TSimd.Load(sum + (3 * w));
        TVector s4 = TSimd.Load(sum + (4 * w)), s5 = TSimd.Load(sum + (5 * w));
        TVector s6 = TSimd.Load(sum + (6 * w)), s7 = TSimd.Load(sum + (7 * w));
        for (var k = 0; k < count; k++, rows += stride)
        {
            var weight = TSimd.Broadcast(weights[k]);
            s0 = TSimd.MultiplyAdd(weight, TSimd.Load(rows), s0);
            s1 = TSimd.MultiplyAdd(weight, TSimd.Load(rows + w), s1);
            s2 = TSimd.MultiplyAdd(weight, TSimd.Load(rows + (2 * w)), s2);
            s3 = TSimd.MultiplyAdd(weight, TSimd.Load(rows + (3 * w)), s3);
            s4 = TSimd.MultiplyAdd(weight, TSimd.Load(rows + (4 * w)), s4);
            s5 = TSimd.MultiplyAdd(weight, TSimd.Load(rows + (5 * w)), s5);
            s6 = TSimd.MultiplyAdd(weight, TSimd.Load(rows + (6 * w)), s6);
            s7 = TSimd.MultiplyAdd(weight, TSimd.Load(rows + (7 * w)), s7);
        }

        TSimd.Store(s0, sum);
        TSimd.Store(s1, sum + w);
        TSimd.Store(s2, sum + (2 * w));
        TSimd.Store(s3, sum + (3 * w));
        TSimd.Store(s4, sum + (4 * w));
        TSimd.Store(s5, sum + (5 * w));
        TSimd.Store(s6, sum + (6 * w));
        TSimd.Store(s7, sum + (7 * w));
    }

    /// <summary>
    /// Uses separate sums for every fourth row, because two chains alone do not hide the FMA latency.
    /// </summary>
    private static void AddScaledTwo(float* rows, nint stride, int count, float* weights, float* sum)
    {
        var w = TSimd.Width;
        TVector a0 = TSimd.Load(sum), a1 = TSimd.Load(sum + w);
        TVector b0 = TSimd.Zero, b1 = TSimd.Zero, c0 = TSimd.Zero, c1 = TSimd.Zero, d0 = TSimd.Zero, d1 = TSimd.Zero;
        for (; count >= 4; count -= 4)
        {
            float* second = rows + stride, third = second + stride, fourth = third + stride;
            TVector a = TSimd.Broadcast(weights[0]), b = TSimd.Broadcast(weights[1]);
            TVector c = TSimd.Broadcast(weights[2]), d = TSimd.Broadcast(weights[3]);
            a0 = TSimd.MultiplyAdd(a, TSimd.Load(rows), a0);
            a1 = TSimd.MultiplyAdd(a, TSimd.Load(rows + w), a1);
            b0 = TSimd.MultiplyAdd(b, TSimd.Load(second), b0);
            b1 = TSimd.MultiplyAdd(b, TSimd.Load(second + w), b1);
            c0 = TSimd.MultiplyAdd(c, TSimd.Load(third), c0);
            c1 = TSimd.MultiplyAdd(c, TSimd.Load(third + w), c1);
            d0 = TSimd.MultiplyAdd(d, TSimd.Load(fourth), d0);
            d1 = TSimd.MultiplyAdd(d, TSimd.Load(fourth + w), d1);
            rows = fourth + stride;
            weights += 4;
        }

        for (var k = 0; k < count; k++, rows += stride)
        {
            var weight = TSimd.Broadcast(weights[k]);
            a0 = TSimd.MultiplyAdd(weight, TSimd.Load(rows), a0);
            a1 = TSimd.MultiplyAdd(weight, TSimd.Load(rows + w), a1);
        }

        TSimd.Store(TSimd.Add(TSimd.Add(a0, b0), TSimd.Add(c0, d0)), sum);
        TSimd.Store(TSimd.Add(TSimd.Add(a1, b1), TSimd.Add(c1, d1)), sum + w);
    }

    private static void AddScaledOne(float* rows, nint stride, int count, float* weights, float* sum)
    {
        TVector a = TSimd.Load(sum), b = TSimd.Zero, c = TSimd.Zero, d = TSimd.Zero;
        for (; count >= 4; count -= 4, rows += 4 * stride, weights += 4)
        {
            a = TSimd.MultiplyAdd(TSimd.Broadcast(weights[0]), TSimd.Load(rows), a);
            b = TSimd.MultiplyAdd(TSimd.Broadcast(weights[1]), TSimd.Load(rows + stride), b);
            c = TSimd.MultiplyAdd(TSimd.Broadcast(weights[2]), TSimd.Load(rows + (2 * stride)), c);
            d = TSimd.MultiplyAdd(TSimd.Broadcast(weights[3]), TSimd.Load(rows + (3 * stride)), d);
        }

        for (var k = 0; k < count; k++, rows += stride)
            a = TSimd.MultiplyAdd(TSimd.Broadcast(weights[k]), TSimd.Load(rows), a);
        TSimd.Store(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), sum);
    }
}
