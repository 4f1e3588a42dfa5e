namespace GpuAls;

/// <content>The kernels: tiles of two, three and one vector columns.</content>
internal static unsafe partial class OuterProductTile<TSimd, TVector>
{
    private static void UpdateTwo<TSign>(
        float* a, nint aStep, nint aRow, float* b, nint bStep, int depth, float* c, nint cRow)
        where TSign : struct, ISign
    {
        var w = TSimd.Width;
        var c00 = TSimd.Load(c);
        var c01 = TSimd.Load(c + w);
        var c10 = TSimd.Load(c + cRow);
        var c11 = TSimd.Load(c + cRow + w);
        var c20 = TSimd.Load(c + (2 * cRow));
        var c21 = TSimd.Load(c + (2 * cRow) + w);
        var c30 = TSimd.Load(c + (3 * cRow));
        var c31 = TSimd.Load(c + (3 * cRow) + w);
        var c40 = TSimd.Load(c + (4 * cRow));
        var c41 = TSimd.Load(c + (4 * cRow) + w);
        var c50 = TSimd.Load(c + (5 * cRow));
        var c51 = TSimd.Load(c + (5 * cRow) + w);
        var c60 = TSimd.Load(c + (6 * cRow));
        var c61 = TSimd.Load(c + (6 * cRow) + w);
        var c70 = TSimd.Load(c + (7 * cRow));
        var c71 = TSimd.Load(c + (7 * cRow) + w);

        // Rows 0..3 and 4..7 have a pointer each: with 2·aRow and 3·aRow at hand every address is base + index.
        var upper = a;
        var lower = a + (4 * aRow);
        var two = 2 * aRow;
        var three = 3 * aRow;
        for (; depth > 0; depth--)
        {
            var b0 = TSimd.Load(b);
            var b1 = TSimd.Load(b + w);
            var a0 = TSimd.Broadcast(upper[0]);
            c00 = Step<TSign>(a0, b0, c00);
            c01 = Step<TSign>(a0, b1, c01);
            var a1 = TSimd.Broadcast(upper[aRow]);
            c10 = Step<TSign>(a1, b0, c10);
            c11 = Step<TSign>(a1, b1, c11);
            var a2 = TSimd.Broadcast(upper[two]);
            c20 = Step<TSign>(a2, b0, c20);
            c21 = Step<TSign>(a2, b1, c21);
            var a3 = TSimd.Broadcast(upper[three]);
            c30 = Step<TSign>(a3, b0, c30);
            c31 = Step<TSign>(a3, b1, c31);
            var a4 = TSimd.Broadcast(lower[0]);
            c40 = Step<TSign>(a4, b0, c40);
            c41 = Step<TSign>(a4, b1, c41);
            var a5 = TSimd.Broadcast(lower[aRow]);
            c50 = Step<TSign>(a5, b0, c50);
            c51 = Step<TSign>(a5, b1, c51);
            var a6 = TSimd.Broadcast(lower[two]);
            c60 = Step<TSign>(a6, b0, c60);
            c61 = Step<TSign>(a6, b1, c61);
            var a7 = TSimd.Broadcast(lower[three]);
            c70 = Step<TSign>(a7, b0, c70);
            c71 = Step<TSign>(a7, b1, c71);
            upper += aStep;
            lower += aStep;
            b += bStep;
        }

        TSimd.Store(c00, c);
        TSimd.Store(c01, c + w);
        TSimd.Store(c10, c + cRow);
        TSimd.Store(c11, c + cRow + w);
        TSimd.Store(c20, c + (2 * cRow));
        TSimd.Store(c21, c + (2 * cRow) + w);
        TSimd.Store(c30, c + (3 * cRow));
        TSimd.Store(c31, c + (3 * cRow) + w);
        TSimd.Store(c40, c + (4 * cRow));
        TSimd.Store(c41, c + (4 * cRow) + w);
        TSimd.Store(c50, c + (5 * cRow));
        TSimd.Store(c51, c + (5 * cRow) + w);
        TSimd.Store(c60, c + (6 * cRow));
        TSimd.Store(c61, c + (6 * cRow) + w);
        TSimd.Store(c70, c + (7 * cRow));
        TSimd.Store(c71, c + (7 * cRow) + w);
    }

    private static void UpdateThree<TSign>(
        float* a, nint aStep, nint aRow, float* b, nint bStep, int depth, float* c, nint cRow)
        where TSign : struct, ISign
    {
        var w = TSimd.Width;
        var c00 = TSimd.Load(c);
        var c01 = TSimd.Load(c + w);
        var c02 = TSimd.Load(c + (2 * w));
        var c10 = TSimd.Load(c + cRow);
        var c11 = TSimd.Load(c + cRow + w);
        var c12 = TSimd.Load(c + cRow + (2 * w));
        var c20 = TSimd.Load(c + (2 * cRow));
        var c21 = TSimd.Load(c + (2 * cRow) + w);
        var c22 = TSimd.Load(c + (2 * cRow) + (2 * w));
        var c30 = TSimd.Load(c + (3 * cRow));
        var c31 = TSimd.Load(c + (3 * cRow) + w);
        var c32 = TSimd.Load(c + (3 * cRow) + (2 * w));
        var two = 2 * aRow;
        var three = 3 * aRow;
        for (; depth > 0; depth--)
        {
            var b0 = TSimd.Load(b);
            var b1 = TSimd.Load(b + w);
            var b2 = TSimd.Load(b + (2 * w));
            var a0 = TSimd.Broadcast(a[0]);
            c00 = Step<TSign>(a0, b0, c00);
            c01 = Step<TSign>(a0, b1, c01);
            c02 = Step<TSign>(a0, b2, c02);
            var a1 = TSimd.Broadcast(a[aRow]);
            c10 = Step<TSign>(a1, b0, c10);
            c11 = Step<TSign>(a1, b1, c11);
            c12 = Step<TSign>(a1, b2, c12);
            var a2 = TSimd.Broadcast(a[two]);
            c20 = Step<TSign>(a2, b0, c20);
            c21 = Step<TSign>(a2, b1, c21);
            c22 = Step<TSign>(a2, b2, c22);
            var a3 = TSimd.Broadcast(a[three]);
            c30 = Step<TSign>(a3, b0, c30);
            c31 = Step<TSign>(a3, b1, c31);
            c32 = Step<TSign>(a3, b2, c32);
            a += aStep;
            b += bStep;
        }

        TSimd.Store(c00, c);
        TSimd.Store(c01, c + w);
        TSimd.Store(c02, c + (2 * w));
        TSimd.Store(c10, c + cRow);
        TSimd.Store(c11, c + cRow + w);
        TSimd.Store(c12, c + cRow + (2 * w));
        TSimd.Store(c20, c + (2 * cRow));
        TSimd.Store(c21, c + (2 * cRow) + w);
        TSimd.Store(c22, c + (2 * cRow) + (2 * w));
        TSimd.Store(c30, c + (3 * cRow));
        TSimd.Store(c31, c + (3 * cRow) + w);
        TSimd.Store(c32, c + (3 * cRow) + (2 * w));
    }

    private static void UpdateOne<TSign>(
        float* a, nint aStep, nint aRow, float* b, nint bStep, int depth, float* c, nint cRow)
        where TSign : struct, ISign
    {
        var c0 = TSimd.Load(c);
        var c1 = TSimd.Load(c + cRow);
        var c2 = TSimd.Load(c + (2 * cRow));
        var c3 = TSimd.Load(c + (3 * cRow));
        var c4 = TSimd.Load(c + (4 * cRow));
        var c5 = TSimd.Load(c + (5 * cRow));
        var c6 = TSimd.Load(c + (6 * cRow));
        var c7 = TSimd.Load(c + (7 * cRow));
        var upper = a;
        var lower = a + (4 * aRow);
        var two = 2 * aRow;
        var three = 3 * aRow;
        for (; depth > 0; depth--)
        {
            var b0 = TSimd.Load(b);
            c0 = Step<TSign>(TSimd.Broadcast(upper[0]), b0, c0);
            c1 = Step<TSign>(TSimd.Broadcast(upper[aRow]), b0, c1);
            c2 = Step<TSign>(TSimd.Broadcast(upper[two]), b0, c2);
            c3 = Step<TSign>(TSimd.Broadcast(upper[three]), b0, c3);
            c4 = Step<TSign>(TSimd.Broadcast(lower[0]), b0, c4);
            c5 = Step<TSign>(TSimd.Broadcast(lower[aRow]), b0, c5);
            c6 = Step<TSign>(TSimd.Broadcast(lower[two]), b0, c6);
            c7 = Step<TSign>(TSimd.Broadcast(lower[three]), b0, c7);
            upper += aStep;
            lower += aStep;
            b += bStep;
        }

        TSimd.Store(c0, c);
        TSimd.Store(c1, c + cRow);
        TSimd.Store(c2, c + (2 * cRow));
        TSimd.Store(c3, c + (3 * cRow));
        TSimd.Store(c4, c + (4 * cRow));
        TSimd.Store(c5, c + (5 * cRow));
        TSimd.Store(c6, c + (6 * cRow));
        TSimd.Store(c7, c + (7 * cRow));
    }

    private static TVector Step<TSign>(TVector a, TVector b, TVector c)
        where TSign : struct, ISign =>
        TSign.Subtracts ? TSimd.MultiplySubtract(a, b, c) : TSimd.MultiplyAdd(a, b, c);
}
