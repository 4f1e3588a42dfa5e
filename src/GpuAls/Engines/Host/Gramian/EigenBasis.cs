using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// The eigendecomposition A = Σ λⱼ qⱼ qⱼᵀ of a symmetric positive definite matrix, in fp64. The columns of its Cholesky
/// factor are rotated in pairs until they are orthogonal (one-sided Jacobi; Veselić and Hari, 1989); then they are
/// √λⱼ·qⱼ. Small eigenvalues keep their relative accuracy. Blocks of columns are paired as in a round-robin tournament,
/// so that all pairs of a round can be rotated in parallel, in an order that does not depend on the number of threads.
/// </summary>
internal sealed class EigenBasis
{
    /// <summary>
    /// Two columns count as orthogonal if the cosine of their angle is below this: far below the rounding of fp32, in
    /// which the basis is used.
    /// </summary>
    private const double Orthogonal = 1e-11;
    private const int MaximumSweeps = 40;

    /// <summary>
    /// Columns per block: two blocks fit in the L2 cache, and rotating them takes longer than starting a thread.
    /// </summary>
    private const int BlockColumns = 16;

    private EigenBasis(double[] values, double[] vectors) => (Values, Vectors) = (values, vectors);

    /// <summary>λⱼ, all positive, in no particular order.</summary>
    public double[] Values { get; }

    /// <summary>Row j is qⱼ, [size, size].</summary>
    public double[] Vectors { get; }

    /// <summary>Computes the basis.</summary>
    /// <param name="matrix">[size, size]; only the lower triangle is read.</param>
    /// <param name="size">Number of rows.</param>
    /// <param name="threadCount">Maximum number of threads.</param>
    /// <returns>Null if the matrix is not finite or not clearly positive definite.</returns>
    public static EigenBasis? Of(ReadOnlySpan<double> matrix, int size, int threadCount)
    {
        var columns = CholeskyColumns(matrix, size);
        if (columns is null) return null;
        for (var sweep = 0; sweep < MaximumSweeps; sweep++)
            if (!Sweep(columns, size, threadCount)) return Normalized(columns, size);
        return null;
    }

    /// <summary>The Cholesky factor L of A = L Lᵀ, by columns: row j of the result is column j of L.</summary>
    private static double[]? CholeskyColumns(ReadOnlySpan<double> matrix, int size)
    {
        const double SmallestPivot = 1e-12;
        var columns = new double[size * size];
        for (var j = 0; j < size; j++)
        {
            var column = columns.AsSpan((j * size) + j, size - j);
            for (var i = j; i < size; i++) column[i - j] = matrix[(i * size) + j];
            for (var k = 0; k < j; k++)
                Fp64Cholesky.AddScaled(-columns[(k * size) + j], columns.AsSpan((k * size) + j, size - j), column);
            if (!double.IsFinite(column[0]) || column[0] <= SmallestPivot * matrix[(j * size) + j]) return null;
            var inverse = 1 / Math.Sqrt(column[0]);
            for (var i = 0; i < column.Length; i++) column[i] *= inverse;
        }

        return columns;
    }

    /// <summary>Rotates every pair of columns once.</summary>
    /// <returns>Whether any pair was not orthogonal.</returns>
    private static bool Sweep(double[] columns, int size, int threadCount)
    {
        var squares = new double[size];
        for (var j = 0; j < size; j++) squares[j] = Dot(columns.AsSpan(j * size, size), columns.AsSpan(j * size, size));
        var blocks = (size + (2 * BlockColumns) - 1) / (2 * BlockColumns) * 2;
        var hasRotated = new bool[blocks / 2];
        for (var round = 0; round < blocks - 1; round++)
        {
            var isFirst = round == 0;
            ParallelChunks.Run(threadCount, blocks / 2, pair =>
            {
                var (a, b) = Meeting(round, pair, blocks);
                if (isFirst)
                    hasRotated[pair] |= RotateWithin(columns, squares, a) | RotateWithin(columns, squares, b);
                hasRotated[pair] |= RotateBetween(columns, squares, a, b);
            });
        }

        return hasRotated.Contains(true);
    }

    /// <summary>
    /// The pairs in a round of a round-robin tournament of an even number of players: one stays put, the others rotate.
    /// </summary>
    private static (int One, int Other) Meeting(int round, int pair, int players)
    {
        var others = players - 1;
        return pair == 0 ? (others, round) : ((round + pair) % others, (round - pair + others) % others);
    }

    private static bool RotateWithin(double[] columns, double[] squares, int block)
    {
        var hasRotated = false;
        var end = End(squares.Length, block);
        for (var p = block * BlockColumns; p < end; p++)
            for (var q = p + 1; q < end; q++) hasRotated |= RotatePair(columns, squares, p, q);
        return hasRotated;
    }

    private static bool RotateBetween(double[] columns, double[] squares, int one, int other)
    {
        var hasRotated = false;
        for (var p = one * BlockColumns; p < End(squares.Length, one); p++)
            for (var q = other * BlockColumns; q < End(squares.Length, other); q++)
                hasRotated |= RotatePair(columns, squares, p, q);
        return hasRotated;
    }

    private static int End(int size, int block) => Math.Min(size, (block + 1) * BlockColumns);

    /// <summary>Makes two columns orthogonal.</summary>
    /// <returns>Whether they were not orthogonal before.</returns>
    private static bool RotatePair(double[] columns, double[] squares, int p, int q)
    {
        var size = squares.Length;
        var x = columns.AsSpan(p * size, size);
        var y = columns.AsSpan(q * size, size);
        var product = Dot(x, y);
        if (Math.Abs(product) <= Orthogonal * Math.Sqrt(squares[p] * squares[q])) return false;
        var tangent = Tangent((squares[q] - squares[p]) / (2 * product));
        var cosine = 1 / Math.Sqrt(1 + (tangent * tangent));
        Rotate(x, y, cosine, cosine * tangent);
        squares[p] -= tangent * product;
        squares[q] += tangent * product;
        return true;
    }

    /// <summary>The smaller root of t² + 2ζt - 1, the tangent of the angle that makes two columns orthogonal.</summary>
    private static double Tangent(double zeta) =>
        Math.CopySign(1, zeta) / (Math.Abs(zeta) + Math.Sqrt(1 + (zeta * zeta)));

    private static EigenBasis Normalized(double[] columns, int size)
    {
        var values = new double[size];
        for (var j = 0; j < size; j++)
        {
            var column = columns.AsSpan(j * size, size);
            values[j] = Dot(column, column);
            var inverse = 1 / Math.Sqrt(values[j]);
            for (var i = 0; i < size; i++) column[i] *= inverse;
        }

        return new EigenBasis(values, columns);
    }

    private static void Rotate(Span<double> x, Span<double> y, double cosine, double sine)
    {
        var a = MemoryMarshal.Cast<double, Vector<double>>(x);
        var b = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (var i = 0; i < a.Length; i++)
            (a[i], b[i]) = ((a[i] * cosine) - (b[i] * sine), (a[i] * sine) + (b[i] * cosine));
        for (var i = a.Length * Vector<double>.Count; i < x.Length; i++)
            (x[i], y[i]) = ((x[i] * cosine) - (y[i] * sine), (x[i] * sine) + (y[i] * cosine));
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var a = MemoryMarshal.Cast<double, Vector<double>>(x);
        var b = MemoryMarshal.Cast<double, Vector<double>>(y);
        Vector<double> even = Vector<double>.Zero, odd = Vector<double>.Zero;
        for (var i = 0; i + 1 < a.Length; i += 2) (even, odd) = (even + (a[i] * b[i]), odd + (a[i + 1] * b[i + 1]));
        if (a.Length % 2 == 1) even += a[^1] * b[^1];
        var sum = Vector.Sum(even + odd);
        for (var i = a.Length * Vector<double>.Count; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
