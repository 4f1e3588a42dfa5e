using System.Runtime.CompilerServices;

namespace GpuAls;

/// <summary>
/// Solves A x = b for several systems of equal size at once, one per vector lane. This hides the latency of square
/// roots and divisions, and keeps vectors full however small the systems. A = L Lᵀ is factored by columns, four at a
/// time; b is appended as a last row, in which the factorization leaves L⁻¹ b.
/// </summary>
internal sealed unsafe class LaneCholesky<TSimd, TVector> : IDisposable
    where TSimd : struct, ISimd<TVector>
    where TVector : struct
{
    /// <summary>Columns per block; the size is a multiple of it.</summary>
    public const int BlockColumns = 4;

    private const int TileRows = 2;
    private const int WideTileRows = 4; // the size is a multiple of it

    private readonly NativeFloats _lower;
    private readonly NativeFloats _block = new((long)TSimd.Width * TSimd.Width);
    private int _size;

    /// <param name="largestSize">Maximum number of unknowns, a multiple of four.</param>
    public LaneCholesky(int largestSize)
    {
        _size = largestSize;
        // Right sides are written in whole blocks of Width elements.
        _lower = new NativeFloats(Start(largestSize + TileRows) + ((long)TSimd.Width * TSimd.Width));
    }

    /// <summary>Sets the number of unknowns of the next systems.</summary>
    /// <param name="size">A multiple of four, at most the maximum.</param>
    public void Resize(int size) => _size = size;

    /// <summary>Row i of the lower triangle, with element j at j·Width. Row <c>size</c> is b, then x.</summary>
    public float* Row(int row) => _lower.Pointer + Start(row);

    /// <summary>b, then x, with element i at i·Width.</summary>
    public float* Right => Row(_size);

    public void Dispose()
    {
        _lower.Dispose();
        _block.Dispose();
    }

    /// <summary>Takes A, one matrix per lane.</summary>
    /// <param name="matrices">
    /// [Width, size, rowStep], of which the upper triangles count; rows are readable up to a whole vector.
    /// </param>
    /// <param name="laneStep">Floats from a lane to the next.</param>
    /// <param name="rowStep">Floats from a row to the next.</param>
    public void Load(float* matrices, long laneStep, int rowStep)
    {
        var width = TSimd.Width;
        for (var row = 0; row < _size; row++, matrices += rowStep)
        {
            for (var block = row / width * width; block < _size; block += width)
            {
                TSimd.Transpose(matrices + block, (nint)laneStep, _block.Pointer, width);
                var end = Math.Min(block + width, _size);
                for (var column = Math.Max(row, block); column < end; column++)
                    Put(At(_block.Pointer, column - block), Row(column), row);
            }
        }
    }

    /// <summary>Takes b, one vector per lane.</summary>
    /// <param name="vectors">[Width, step], readable up to a whole vector.</param>
    /// <param name="step">Floats from a lane to the next.</param>
    public void LoadRight(float* vectors, int step)
    {
        for (var i = 0; i < _size; i += TSimd.Width)
            TSimd.Transpose(vectors + i, step, Right + ((nint)i * TSimd.Width), TSimd.Width);
    }

    /// <summary>
    /// Computes A = L Lᵀ in place, with 1/L[i, i] on the diagonal, and replaces b by L⁻¹ b. In a lane whose A is not
    /// positive definite, these are NaN or infinite.
    /// </summary>
    public void Factor()
    {
        for (var column = 0; column < _size; column += BlockColumns)
        {
            FactorBlock(column);
            var row = column + BlockColumns;
            if (TSimd.HasManyRegisters)
                for (; row < _size; row += WideTileRows) SolveWideTile(row, column);
            for (; row <= _size; row += TileRows) SolveTile(row, column);
        }
    }

    /// <summary>Computes x = L⁻ᵀ y in place, given y = L⁻¹ b.</summary>
    public void SubstituteBack()
    {
        var x = Right;
        for (var i = _size - 1; i >= 0; i--)
        {
            var row = Row(i);
            var value = TSimd.Multiply(At(x, i), At(row, i));
            Put(value, x, i);
            for (var k = 0; k < i; k++) Put(TSimd.MultiplySubtract(At(row, k), value, At(x, k)), x, k);
        }
    }

    /// <summary>Computes y = L⁻¹ b in place, for another b.</summary>
    public void SubstituteForward()
    {
        var y = Right;
        for (var i = 0; i < _size; i++)
        {
            var row = Row(i);
            var value = At(y, i);
            for (var k = 0; k < i; k++) value = TSimd.MultiplySubtract(At(row, k), At(y, k), value);
            Put(TSimd.Multiply(value, At(row, i)), y, i);
        }
    }

    private static long Start(int row) => (long)row * (row + 1) / 2 * TSimd.Width;

    private static TVector At(float* row, int column) => TSimd.Load(row + ((nint)column * TSimd.Width));

    private static void Put(TVector value, float* row, int column) =>
        TSimd.Store(value, row + ((nint)column * TSimd.Width));

    /// <summary>The 4×4 triangle on the diagonal: subtracts earlier columns, then factors it.</summary>
    private void FactorBlock(int column)
    {
        float* r0 = Row(column), r1 = Row(column + 1), r2 = Row(column + 2), r3 = Row(column + 3);
        var a00 = At(r0, column);
        var a10 = At(r1, column);
        var a11 = At(r1, column + 1);
        var a20 = At(r2, column);
        var a21 = At(r2, column + 1);
        var a22 = At(r2, column + 2);
        var a30 = At(r3, column);
        var a31 = At(r3, column + 1);
        var a32 = At(r3, column + 2);
        var a33 = At(r3, column + 3);
        for (var k = 0; k < column; k++)
        {
            TVector l0 = At(r0, k), l1 = At(r1, k), l2 = At(r2, k), l3 = At(r3, k);
            a00 = TSimd.MultiplySubtract(l0, l0, a00);
            a10 = TSimd.MultiplySubtract(l1, l0, a10);
            a11 = TSimd.MultiplySubtract(l1, l1, a11);
            a20 = TSimd.MultiplySubtract(l2, l0, a20);
            a21 = TSimd.MultiplySubtract(l2, l1, a21);
            a22 = TSimd.MultiplySubtract(l2, l2, a22);
            a30 = TSimd.MultiplySubtract(l3, l0, a30);
            a31 = TSimd.MultiplySubtract(l3, l1, a31);
            a32 = TSimd.MultiplySubtract(l3, l2, a32);
            a33 = TSimd.MultiplySubtract(l3, l3, a33);
        }

        a00 = TSimd.ReciprocalRoot(a00);
        a10 = TSimd.Multiply(a10, a00);
        a20 = TSimd.Multiply(a20, a00);
        a30 = TSimd.Multiply(a30, a00);
        a11 = TSimd.ReciprocalRoot(TSimd.MultiplySubtract(a10, a10, a11));
        a21 = TSimd.Multiply(TSimd.MultiplySubtract(a20, a10, a21), a11);
        a31 = TSimd.Multiply(TSimd.MultiplySubtract(a30, a10, a31), a11);
        a22 = TSimd.ReciprocalRoot(TSimd.MultiplySubtract(a21, a21, TSimd.MultiplySubtract(a20, a20, a22)));
        a32 = TSimd.Multiply(TSimd.MultiplySubtract(a31, a21, TSimd.MultiplySubtract(a30, a20, a32)), a22);
        a33 = TSimd.MultiplySubtract(a31, a31, TSimd.MultiplySubtract(a30, a30, a33));
        a33 = TSimd.ReciprocalRoot(TSimd.MultiplySubtract(a32, a32, a33));
        Put(a00, r0, column);
        Put(a10, r1, column);
        Put(a11, r1, column + 1);
        Put(a20, r2, column);
        Put(a21, r2, column + 1);
        Put(a22, r2, column + 2);
        Put(a30, r3, column);
        Put(a31, r3, column + 1);
        Put(a32, r3, column + 2);
        Put(a33, r3, column + 3);
    }

    /// <summary>Two rows below the block: subtracts earlier columns, then divides by the block.</summary>
    private void SolveTile(int row, int column)
    {
        float* x = Row(row), y = Row(row + 1);
        float* r0 = Row(column), r1 = Row(column + 1), r2 = Row(column + 2), r3 = Row(column + 3);
        var x0 = At(x, column);
        var x1 = At(x, column + 1);
        var x2 = At(x, column + 2);
        var x3 = At(x, column + 3);
        var y0 = At(y, column);
        var y1 = At(y, column + 1);
        var y2 = At(y, column + 2);
        var y3 = At(y, column + 3);
        for (var k = 0; k < column; k++)
        {
            TVector xk = At(x, k), yk = At(y, k);
            var l = At(r0, k);
            x0 = TSimd.MultiplySubtract(xk, l, x0);
            y0 = TSimd.MultiplySubtract(yk, l, y0);
            l = At(r1, k);
            x1 = TSimd.MultiplySubtract(xk, l, x1);
            y1 = TSimd.MultiplySubtract(yk, l, y1);
            l = At(r2, k);
            x2 = TSimd.MultiplySubtract(xk, l, x2);
            y2 = TSimd.MultiplySubtract(yk, l, y2);
            l = At(r3, k);
            x3 = TSimd.MultiplySubtract(xk, l, x3);
            y3 = TSimd.MultiplySubtract(yk, l, y3);
        }

        Divide(x, column, x0, x1, x2, x3, r0, r1, r2, r3);
        Divide(y, column, y0, y1, y2, y3, r0, r1, r2, r3);
    }

    /// <summary>Four rows below the block, so that earlier columns of the block are loaded half as often.</summary>
    private void SolveWideTile(int row, int column)
    {
        float* x = Row(row), y = Row(row + 1), z = Row(row + 2), w = Row(row + 3);
        float* r0 = Row(column), r1 = Row(column + 1), r2 = Row(column + 2), r3 = Row(column + 3);
        TVector x0 = At(x, column), x1 = At(x, column + 1), x2 = At(x, column + 2), x3 = At(x, column + 3);
        TVector y0 = At(y, column), y1 = At(y, column + 1), y2 = At(y, column + 2), y3 = At(y, column + 3);
        TVector z0 = At(z, column), z1 = At(z, column + 1), z2 = At(z, column + 2), z3 = At(z, column + 3);
        TVector w0 = At(w, column), w1 = At(w, column + 1), w2 = At(w, column + 2), w3 = At(w, column + 3);
        for (var k = 0; k < column; k++)
        {
            TVector xk = At(x, k), yk = At(y, k), zk = At(z, k), wk = At(w, k);
            var l = At(r0, k);
            x0 = TSimd.MultiplySubtract(xk, l, x0);
            y0 = TSimd.MultiplySubtract(yk, l, y0);
            z0 = TSimd.MultiplySubtract(zk, l, z0);
            w0 = TSimd.MultiplySubtract(wk, l, w0);
            l = At(r1, k);
            x1 = TSimd.MultiplySubtract(xk, l, x1);
            y1 = TSimd.MultiplySubtract(yk, l, y1);
            z1 = TSimd.MultiplySubtract(zk, l, z1);
            w1 = TSimd.MultiplySubtract(wk, l, w1);
            l = At(r2, k);
            x2 = TSimd.MultiplySubtract(xk, l, x2);
            y2 = TSimd.MultiplySubtract(yk, l, y2);
            z2 = TSimd.MultiplySubtract(zk, l, z2);
            w2 = TSimd.MultiplySubtract(wk, l, w2);
            l = At(r3, k);
            x3 = TSimd.MultiplySubtract(xk, l, x3);
            y3 = TSimd.MultiplySubtract(yk, l, y3);
            z3 = TSimd.MultiplySubtract(zk, l, z3);
            w3 = TSimd.MultiplySubtract(wk, l, w3);
        }

        Divide(x, column, x0, x1, x2, x3, r0, r1, r2, r3);
        Divide(y, column, y0, y1, y2, y3, r0, r1, r2, r3);
        Divide(z, column, z0, z1, z2, z3, r0, r1, r2, r3);
        Divide(w, column, w0, w1, w2, w3, r0, r1, r2, r3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)] // its vectors would otherwise live in memory, not in registers
    private static void Divide(
        float* row, int column, TVector x0, TVector x1, TVector x2, TVector x3,
        float* r0, float* r1, float* r2, float* r3)
    {
        x0 = TSimd.Multiply(x0, At(r0, column));
        x1 = TSimd.Multiply(TSimd.MultiplySubtract(x0, At(r1, column), x1), At(r1, column + 1));
        x2 = TSimd.MultiplySubtract(x1, At(r2, column + 1), TSimd.MultiplySubtract(x0, At(r2, column), x2));
        x2 = TSimd.Multiply(x2, At(r2, column + 2));
        x3 = TSimd.MultiplySubtract(x1, At(r3, column + 1), TSimd.MultiplySubtract(x0, At(r3, column), x3));
        x3 = TSimd.Multiply(TSimd.MultiplySubtract(x2, At(r3, column + 2), x3), At(r3, column + 3));
        Put(x0, row, column);
        Put(x1, row, column + 1);
        Put(x2, row, column + 2);
        Put(x3, row, column + 3);
    }
}
