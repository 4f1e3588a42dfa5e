using ILGPU;

namespace GpuAls.Kernels;

/// <summary>
/// A 4×4 tile of a matrix, stored as four rows. ILGPU keeps the fields of a local struct in registers, so a thread's
/// tile never touches memory.
/// </summary>
internal struct Tile4
{
    public Float4 R0;
    public Float4 R1;
    public Float4 R2;
    public Float4 R3;

    public static Tile4 Zero => new() { R0 = Float4.Zero, R1 = Float4.Zero, R2 = Float4.Zero, R3 = Float4.Zero };

    /// <summary>Adds a[r]·b to each row r: one outer product.</summary>
    public void AddOuter(Float4 a, Float4 b)
    {
        R0 = Fused(a.X, b, R0);
        R1 = Fused(a.Y, b, R1);
        R2 = Fused(a.Z, b, R2);
        R3 = Fused(a.W, b, R3);
    }

    /// <summary>Subtracts a[r]·b from each row r.</summary>
    public void SubtractOuter(Float4 a, Float4 b)
    {
        R0 = Less(R0, a.X, b);
        R1 = Less(R1, a.Y, b);
        R2 = Less(R2, a.Z, b);
        R3 = Less(R3, a.W, b);
    }

    public void Add(Tile4 other)
    {
        R0 = R0.Plus(other.R0);
        R1 = R1.Plus(other.R1);
        R2 = R2.Plus(other.R2);
        R3 = R3.Plus(other.R3);
    }

    public void Scale(float factor)
    {
        R0 = R0.Scaled(factor);
        R1 = R1.Scaled(factor);
        R2 = R2.Scaled(factor);
        R3 = R3.Scaled(factor);
    }

    public void AddToDiagonal(float value)
    {
        R0 = new Float4(R0.X + value, R0.Y, R0.Z, R0.W);
        R1 = new Float4(R1.X, R1.Y + value, R1.Z, R1.W);
        R2 = new Float4(R2.X, R2.Y, R2.Z + value, R2.W);
        R3 = new Float4(R3.X, R3.Y, R3.Z, R3.W + value);
    }

    /// <summary>Adds a·bᵀ.</summary>
    public void AddProduct(Tile4 a, Tile4 b)
    {
        R0 = More(R0, a.R0, b);
        R1 = More(R1, a.R1, b);
        R2 = More(R2, a.R2, b);
        R3 = More(R3, a.R3, b);
    }

    /// <summary>Subtracts a·bᵀ.</summary>
    public void SubtractProduct(Tile4 a, Tile4 b)
    {
        R0 = Less(R0, a.R0, b);
        R1 = Less(R1, a.R1, b);
        R2 = Less(R2, a.R2, b);
        R3 = Less(R3, a.R3, b);
    }

    /// <summary>Stores the tile column by column.</summary>
    public readonly void StoreTransposed(ArrayView<Float4> target)
    {
        target[0] = new Float4(R0.X, R1.X, R2.X, R3.X);
        target[1] = new Float4(R0.Y, R1.Y, R2.Y, R3.Y);
        target[2] = new Float4(R0.Z, R1.Z, R2.Z, R3.Z);
        target[3] = new Float4(R0.W, R1.W, R2.W, R3.W);
    }

    /// <summary>tileᵀ·v.</summary>
    public readonly Float4 TransposedTimes(Float4 v) =>
        R0.Scaled(v.X).Plus(R1.Scaled(v.Y)).Plus(R2.Scaled(v.Z)).Plus(R3.Scaled(v.W));

    /// <summary>tile·v.</summary>
    public readonly Float4 Times(Float4 v) => new(R0.Dot(v), R1.Dot(v), R2.Dot(v), R3.Dot(v));

    private static Float4 Fused(float a, Float4 b, Float4 c) =>
        new((a * b.X) + c.X, (a * b.Y) + c.Y, (a * b.Z) + c.Z, (a * b.W) + c.W);

    private static Float4 Less(Float4 c, float a, Float4 b) =>
        new(c.X - (a * b.X), c.Y - (a * b.Y), c.Z - (a * b.Z), c.W - (a * b.W));

    private static Float4 More(Float4 row, Float4 a, Tile4 b) =>
        new(More(row.X, a, b.R0), More(row.Y, a, b.R1), More(row.Z, a, b.R2), More(row.W, a, b.R3));

    private static float More(float sum, Float4 a, Float4 b) =>
        (a.W * b.W) + ((a.Z * b.Z) + ((a.Y * b.Y) + ((a.X * b.X) + sum)));

    // Term by term, so that each compiles to one fused multiply-add.
    private static Float4 Less(Float4 row, Float4 a, Tile4 b) =>
        new(Less(row.X, a, b.R0), Less(row.Y, a, b.R1), Less(row.Z, a, b.R2), Less(row.W, a, b.R3));

    private static float Less(float sum, Float4 a, Float4 b) =>
        sum - (a.X * b.X) - (a.Y * b.Y) - (a.Z * b.Z) - (a.W * b.W);
}
