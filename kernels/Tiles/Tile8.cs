namespace GpuAls.Kernels;

/// <summary>
/// An 8×8 tile of a matrix as four 4×4 quarters, A C over B D. With 64 sums per thread, each float loaded from shared
/// memory feeds eight multiplications.
/// </summary>
internal struct Tile8
{
    /// <summary>Number of rows and of columns.</summary>
    public const int Width = 8;

    public Tile4 A;
    public Tile4 B;
    public Tile4 C;
    public Tile4 D;

    public static Tile8 Zero => new() { A = Tile4.Zero, B = Tile4.Zero, C = Tile4.Zero, D = Tile4.Zero };

    /// <summary>Builds a tile from the rows of A and B (left) and of C and D (right).</summary>
    public static Tile8 Of(in Float4x8 left, in Float4x8 right) => new()
    {
        A = new Tile4 { R0 = left.V0, R1 = left.V1, R2 = left.V2, R3 = left.V3 },
        B = new Tile4 { R0 = left.V4, R1 = left.V5, R2 = left.V6, R3 = left.V7 },
        C = new Tile4 { R0 = right.V0, R1 = right.V1, R2 = right.V2, R3 = right.V3 },
        D = new Tile4 { R0 = right.V4, R1 = right.V5, R2 = right.V6, R3 = right.V7 },
    };

    /// <summary>Adds the outer product of two vectors of eight, each given by its halves.</summary>
    public void AddOuter(Float4 rowLow, Float4 rowHigh, Float4 columnLow, Float4 columnHigh)
    {
        A.AddOuter(rowLow, columnLow);
        C.AddOuter(rowLow, columnHigh);
        B.AddOuter(rowHigh, columnLow);
        D.AddOuter(rowHigh, columnHigh);
    }

    /// <summary>
    /// Adds eight outer products. Written out, because ILGPU does not unroll loops and copies loop-carried registers on
    /// every iteration.
    /// </summary>
    public void AddOuter(in Float4x8 rowLow, in Float4x8 rowHigh, in Float4x8 columnLow, in Float4x8 columnHigh)
    {
        AddOuter(rowLow.V0, rowHigh.V0, columnLow.V0, columnHigh.V0);
        AddOuter(rowLow.V1, rowHigh.V1, columnLow.V1, columnHigh.V1);
        AddOuter(rowLow.V2, rowHigh.V2, columnLow.V2, columnHigh.V2);
        AddOuter(rowLow.V3, rowHigh.V3, columnLow.V3, columnHigh.V3);
        AddOuter(rowLow.V4, rowHigh.V4, columnLow.V4, columnHigh.V4);
        AddOuter(rowLow.V5, rowHigh.V5, columnLow.V5, columnHigh.V5);
        AddOuter(rowLow.V6, rowHigh.V6, columnLow.V6, columnHigh.V6);
        AddOuter(rowLow.V7, rowHigh.V7, columnLow.V7, columnHigh.V7);
    }

    /// <summary>Adds rows·columnsᵀ, of eight vectors of four each.</summary>
    public void AddProduct(in Float4x8 rows, in Float4x8 columns)
    {
        var (top, bottom) = (rows.Upper, rows.Lower);
        var (left, right) = (columns.Upper, columns.Lower);
        A.AddProduct(top, left);
        C.AddProduct(top, right);
        B.AddProduct(bottom, left);
        D.AddProduct(bottom, right);
    }

    /// <summary>Subtracts the outer product of two vectors of eight, each given by its halves.</summary>
    public void SubtractOuter(Float4 rowLow, Float4 rowHigh, Float4 columnLow, Float4 columnHigh)
    {
        A.SubtractOuter(rowLow, columnLow);
        C.SubtractOuter(rowLow, columnHigh);
        B.SubtractOuter(rowHigh, columnLow);
        D.SubtractOuter(rowHigh, columnHigh);
    }

    /// <summary>Subtracts eight outer products.</summary>
    public void SubtractOuter(in Float4x8 rowLow, in Float4x8 rowHigh, in Float4x8 columnLow, in Float4x8 columnHigh)
    {
        SubtractOuter(rowLow.V0, rowHigh.V0, columnLow.V0, columnHigh.V0);
        SubtractOuter(rowLow.V1, rowHigh.V1, columnLow.V1, columnHigh.V1);
        SubtractOuter(rowLow.V2, rowHigh.V2, columnLow.V2, columnHigh.V2);
        SubtractOuter(rowLow.V3, rowHigh.V3, columnLow.V3, columnHigh.V3);
        SubtractOuter(rowLow.V4, rowHigh.V4, columnLow.V4, columnHigh.V4);
        SubtractOuter(rowLow.V5, rowHigh.V5, columnLow.V5, columnHigh.V5);
        SubtractOuter(rowLow.V6, rowHigh.V6, columnLow.V6, columnHigh.V6);
        SubtractOuter(rowLow.V7, rowHigh.V7, columnLow.V7, columnHigh.V7);
    }

    public void Scale(float factor)
    {
        A.Scale(factor);
        B.Scale(factor);
        C.Scale(factor);
        D.Scale(factor);
    }

    public void AddToDiagonal(float value)
    {
        A.AddToDiagonal(value);
        D.AddToDiagonal(value);
    }

    public void Add(in Tile8 other)
    {
        A.Add(other.A);
        B.Add(other.B);
        C.Add(other.C);
        D.Add(other.D);
    }

    /// <summary>tile·v, for both halves of v.</summary>
    public readonly (Float4 Low, Float4 High) Times(Float4 low, Float4 high) =>
        (A.Times(low).Plus(C.Times(high)), B.Times(low).Plus(D.Times(high)));

    /// <summary>tileᵀ·v, for both halves of v.</summary>
    public readonly (Float4 Low, Float4 High) TransposedTimes(Float4 low, Float4 high) =>
        (A.TransposedTimes(low).Plus(B.TransposedTimes(high)), C.TransposedTimes(low).Plus(D.TransposedTimes(high)));
}
