namespace GpuAls.Engines.Host;

/// <summary>
/// The two products under conjugate gradients: dots with many rows of a matrix, and a weighted sum of them. A row is read
/// where it stands; what all of them share stays in registers.
/// </summary>
internal static unsafe class RowProducts<TSimd, TVector>
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Dots that are formed at once: enough chains to hide the latency of two FMA units.</summary>
    public const int Group = 8;

    /// <summary>dots[k] = row k · p; written in whole groups, the last of which repeats the last row.</summary>
    /// <param name="rows">Where the rows stand.</param>
    /// <param name="count">Rows, at least one.</param>
    /// <param name="p">[stride].</param>
    /// <param name="stride">Length of a row, a whole number of vectors.</param>
    /// <param name="dots">[count], and room for a whole group.</param>
    public static void Dots<TRows>(TRows rows, int count, float* p, int stride, float* dots)
        where TRows : struct, IRows
    {
        var last = count - 1;
        for (var k = 0; k < count; k += Group)
        {
            float* y0 = rows.Row(k), y1 = rows.Row(Math.Min(k + 1, last)), y2 = rows.Row(Math.Min(k + 2, last)), y3 = rows.Row(Math.Min(k + 3, last));
            float* y4 = rows.Row(Math.Min(k + 4, last)), y5 = rows.Row(Math.Min(k + 5, last)), y6 = rows.Row(Math.Min(k + 6, last)), y7 = rows.Row(Math.Min(k + 7, last));
            TVector s0 = TSimd.Zero, s1 = TSimd.Zero, s2 = TSimd.Zero, s3 = TSimd.Zero, s4 = TSimd.Zero, s5 = TSimd.Zero, s6 = TSimd.Zero, s7 = TSimd.Zero;
            for (nint i = 0; i < stride; i += TSimd.Width)
            {
                var v = TSimd.Load(p + i);
                s0 = TSimd.MultiplyAdd(v, TSimd.Load(y0 + i), s0);
                s1 = TSimd.MultiplyAdd(v, TSimd.Load(y1 + i), s1);
                s2 = TSimd.MultiplyAdd(v, TSimd.Load(y2 + i), s2);
                s3 = TSimd.MultiplyAdd(v, TSimd.Load(y3 + i), s3);
                s4 = TSimd.MultiplyAdd(v, TSimd.Load(y4 + i), s4);
                s5 = TSimd.MultiplyAdd(v, TSimd.Load(y5 + i), s5);
                s6 = TSimd.MultiplyAdd(v, TSimd.Load(y6 + i), s6);
                s7 = TSimd.MultiplyAdd(v, TSimd.Load(y7 + i), s7);
            }

            TSimd.StoreSums(s0, s1, s2, s3, s4, s5, s6, s7, dots + k);
        }
    }

    /// <summary>sum += Σ weights[k]·row k, in the order of the rows.</summary>
    /// <param name="rows">Where the rows stand.</param>
    /// <param name="count">Rows.</param>
    /// <param name="weights">[count].</param>
    /// <param name="sum">[stride].</param>
    /// <param name="stride">Length of a row, a whole number of vectors.</param>
    public static void AddScaled<TRows>(TRows rows, int count, float* weights, float* sum, int stride)
        where TRows : struct, IRows
    {
        nint i = 0;
        var w = TSimd.Width;
        for (; i + (8 * w) <= stride; i += 8 * w) AddScaledEight(rows, count, weights, sum + i, i);
        for (; i + (4 * w) <= stride; i += 4 * w) AddScaledFour(rows, count, weights, sum + i, i);
        for (; i + (2 * w) <= stride; i += 2 * w) AddScaledTwo(rows, count, weights, sum + i, i);
        for (; i < stride; i += w) AddScaledOne(rows, count, weights, sum + i, i);
    }

    private static void AddScaledEight<TRows>(TRows rows, int count, float* weights, float* sum, nint column)
        where TRows : struct, IRows
    {
        var w = TSimd.Width;
        TVector s0 = TSimd.Load(sum), s1 = TSimd.Load(sum + w), s2 = TSimd.Load(sum + (2 * w)), s3 = TSimd.Load(sum + (3 * w));
        TVector s4 = TSimd.Load(sum + (4 * w)), s5 = TSimd.Load(sum + (5 * w)), s6 = TSimd.Load(sum + (6 * w)), s7 = TSimd.Load(sum + (7 * w));
        for (var k = 0; k < count; k++)
        {
            var y = rows.Row(k) + column;
            var weight = TSimd.Broadcast(weights[k]);
            s0 = TSimd.MultiplyAdd(weight, TSimd.Load(y), s0);
            s1 = TSimd.MultiplyAdd(weight, TSimd.Load(y + w), s1);
            s2 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (2 * w)), s2);
            s3 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (3 * w)), s3);
            s4 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (4 * w)), s4);
            s5 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (5 * w)), s5);
            s6 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (6 * w)), s6);
            s7 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (7 * w)), s7);
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

    /// <summary>Rows of even and odd number have sums of their own: four chains alone would wait for each other.</summary>
    private static void AddScaledFour<TRows>(TRows rows, int count, float* weights, float* sum, nint column)
        where TRows : struct, IRows
    {
        var w = TSimd.Width;
        TVector s0 = TSimd.Load(sum), s1 = TSimd.Load(sum + w), s2 = TSimd.Load(sum + (2 * w)), s3 = TSimd.Load(sum + (3 * w));
        TVector t0 = TSimd.Zero, t1 = TSimd.Zero, t2 = TSimd.Zero, t3 = TSimd.Zero;
        var k = 0;
        for (; k + 2 <= count; k += 2)
        {
            var y = rows.Row(k) + column;
            var weight = TSimd.Broadcast(weights[k]);
            s0 = TSimd.MultiplyAdd(weight, TSimd.Load(y), s0);
            s1 = TSimd.MultiplyAdd(weight, TSimd.Load(y + w), s1);
            s2 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (2 * w)), s2);
            s3 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (3 * w)), s3);
            y = rows.Row(k + 1) + column;
            weight = TSimd.Broadcast(weights[k + 1]);
            t0 = TSimd.MultiplyAdd(weight, TSimd.Load(y), t0);
            t1 = TSimd.MultiplyAdd(weight, TSimd.Load(y + w), t1);
            t2 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (2 * w)), t2);
            t3 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (3 * w)), t3);
        }

        if (k < count)
        {
            var y = rows.Row(k) + column;
            var weight = TSimd.Broadcast(weights[k]);
            s0 = TSimd.MultiplyAdd(weight, TSimd.Load(y), s0);
            s1 = TSimd.MultiplyAdd(weight, TSimd.Load(y + w), s1);
            s2 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (2 * w)), s2);
            s3 = TSimd.MultiplyAdd(weight, TSimd.Load(y + (3 * w)), s3);
        }

        TSimd.Store(TSimd.Add(s0, t0), sum);
        TSimd.Store(TSimd.Add(s1, t1), sum + w);
        TSimd.Store(TSimd.Add(s2, t2), sum + (2 * w));
        TSimd.Store(TSimd.Add(s3, t3), sum + (3 * w));
    }

    /// <summary>Every fourth row has sums of its own.</summary>
    private static void AddScaledTwo<TRows>(TRows rows, int count, float* weights, float* sum, nint column)
        where TRows : struct, IRows
    {
        var w = TSimd.Width;
        TVector a0 = TSimd.Load(sum), a1 = TSimd.Load(sum + w);
        TVector b0 = TSimd.Zero, b1 = TSimd.Zero, c0 = TSimd.Zero, c1 = TSimd.Zero, d0 = TSimd.Zero, d1 = TSimd.Zero;
        var k = 0;
        for (; k + 4 <= count; k += 4)
        {
            float* ya = rows.Row(k) + column, yb = rows.Row(k + 1) + column, yc = rows.Row(k + 2) + column, yd = rows.Row(k + 3) + column;
            var weight = TSimd.Broadcast(weights[k]);
            a0 = TSimd.MultiplyAdd(weight, TSimd.Load(ya), a0);
            a1 = TSimd.MultiplyAdd(weight, TSimd.Load(ya + w), a1);
            weight = TSimd.Broadcast(weights[k + 1]);
            b0 = TSimd.MultiplyAdd(weight, TSimd.Load(yb), b0);
            b1 = TSimd.MultiplyAdd(weight, TSimd.Load(yb + w), b1);
            weight = TSimd.Broadcast(weights[k + 2]);
            c0 = TSimd.MultiplyAdd(weight, TSimd.Load(yc), c0);
            c1 = TSimd.MultiplyAdd(weight, TSimd.Load(yc + w), c1);
            weight = TSimd.Broadcast(weights[k + 3]);
            d0 = TSimd.MultiplyAdd(weight, TSimd.Load(yd), d0);
            d1 = TSimd.MultiplyAdd(weight, TSimd.Load(yd + w), d1);
        }

        for (; k < count; k++)
        {
            var y = rows.Row(k) + column;
            var weight = TSimd.Broadcast(weights[k]);
            a0 = TSimd.MultiplyAdd(weight, TSimd.Load(y), a0);
            a1 = TSimd.MultiplyAdd(weight, TSimd.Load(y + w), a1);
        }

        TSimd.Store(TSimd.Add(TSimd.Add(a0, b0), TSimd.Add(c0, d0)), sum);
        TSimd.Store(TSimd.Add(TSimd.Add(a1, b1), TSimd.Add(c1, d1)), sum + w);
    }

    private static void AddScaledOne<TRows>(TRows rows, int count, float* weights, float* sum, nint column)
        where TRows : struct, IRows
    {
        TVector a = TSimd.Load(sum), b = TSimd.Zero, c = TSimd.Zero, d = TSimd.Zero;
        var k = 0;
        for (; k + 4 <= count; k += 4)
        {
            a = TSimd.MultiplyAdd(TSimd.Broadcast(weights[k]), TSimd.Load(rows.Row(k) + column), a);
            b = TSimd.MultiplyAdd(TSimd.Broadcast(weights[k + 1]), TSimd.Load(rows.Row(k + 1) + column), b);
            c = TSimd.MultiplyAdd(TSimd.Broadcast(weights[k + 2]), TSimd.Load(rows.Row(k + 2) + column), c);
            d = TSimd.MultiplyAdd(TSimd.Broadcast(weights[k + 3]), TSimd.Load(rows.Row(k + 3) + column), d);
        }

        for (; k < count; k++) a = TSimd.MultiplyAdd(TSimd.Broadcast(weights[k]), TSimd.Load(rows.Row(k) + column), a);
        TSimd.Store(TSimd.Add(TSimd.Add(a, b), TSimd.Add(c, d)), sum);
    }
}
