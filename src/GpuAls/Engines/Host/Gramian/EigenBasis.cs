using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>
/// The eigendecomposition A = Σ λⱼ qⱼ qⱼᵀ of a symmetric positive definite matrix, in fp64: Householder reflections
/// make A tridiagonal, implicit QL steps make that diagonal (Dubrulle, Martin and Wilkinson, Numer. Math. 1968). The QL
/// steps need the tridiagonal matrix only; their rotations, and then the reflections, are applied to the vectors in
/// parallel, in an order that does not depend on the number of threads.
/// </summary>
internal sealed class EigenBasis
{
    private const int MaximumSteps = 60;
    private const double Rounding = 1.1e-16;

    /// <summary>Elements of all vectors that a thread rotates at a time: they stay in the L2 cache.</summary>
    private const int SlabColumns = 32;

    /// <summary>Vectors that a thread reflects at a time.</summary>
    private const int ReflectedRows = 16;

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
        if (!IsPositiveDefinite(matrix, size)) return null;
        var reflected = Full(matrix, size);
        var (diagonal, beside, scales) = (new double[size], new double[size], new double[size]);
        MakeTridiagonal(reflected, diagonal, beside, scales);
        var rotations = new List<Rotation>(2 * size * size);
        for (var row = 0; row < size; row++)
            if (!Isolate(diagonal, beside, row, rotations)) return null;
        var vectors = new double[size * size];
        for (var j = 0; j < size; j++) vectors[(j * size) + j] = 1;
        ParallelChunks.Run(
            threadCount, (size + SlabColumns - 1) / SlabColumns,
            slab => Rotate(vectors, size, rotations, slab * SlabColumns));
        ParallelChunks.Run(
            threadCount, (size + ReflectedRows - 1) / ReflectedRows,
            part => Reflect(vectors, size, reflected, scales, part * ReflectedRows));
        for (var j = 0; j < size; j++) diagonal[j] = Math.Max(diagonal[j], double.Epsilon);
        return new EigenBasis(diagonal, vectors);
    }

    /// <summary>Whether the pivots of its Cholesky factorization are.</summary>
    private static bool IsPositiveDefinite(ReadOnlySpan<double> matrix, int size)
    {
        const double SmallestPivot = 1e-12;
        var columns = new double[size * size];
        for (var j = 0; j < size; j++)
        {
            var column = columns.AsSpan((j * size) + j, size - j);
            for (var i = j; i < size; i++) column[i - j] = matrix[(i * size) + j];
            for (var k = 0; k < j; k++)
                Fp64Cholesky.AddScaled(-columns[(k * size) + j], columns.AsSpan((k * size) + j, size - j), column);
            if (!double.IsFinite(column[0]) || column[0] <= SmallestPivot * matrix[(j * size) + j]) return false;
            var inverse = 1 / Math.Sqrt(column[0]);
            for (var i = 0; i < column.Length; i++) column[i] *= inverse;
        }

        return true;
    }

    /// <summary>Both triangles.</summary>
    private static double[] Full(ReadOnlySpan<double> matrix, int size)
    {
        var full = new double[size * size];
        for (var i = 0; i < size; i++)
            for (var j = 0; j <= i; j++) full[(i * size) + j] = full[(j * size) + i] = matrix[(i * size) + j];
        return full;
    }

    /// <summary>A ← H A H for reflections H = I - scale·v vᵀ, one for each row but the last two.</summary>
    /// <param name="matrix">A, [size, size]; the part of row k beyond its diagonal becomes v of reflection k.</param>
    /// <param name="diagonal">Receives the diagonal of the tridiagonal matrix.</param>
    /// <param name="beside">Receives the elements beside it, [k] between k and k + 1.</param>
    /// <param name="scales">Receives the scale of each reflection, 0 for none.</param>
    private static void MakeTridiagonal(double[] matrix, double[] diagonal, double[] beside, double[] scales)
    {
        var size = diagonal.Length;
        var products = new double[size];
        for (var k = 0; k < size; k++)
        {
            diagonal[k] = matrix[(k * size) + k];
            if (k == size - 1) break;
            var v = matrix.AsSpan((k * size) + k + 1, size - k - 1);
            var (first, rest) = (v[0], Dot(v[1..], v[1..]));
            beside[k] = first;
            if (rest == 0) continue; // tridiagonal already
            beside[k] = -Math.CopySign(Math.Sqrt((first * first) + rest), first);
            v[0] = first - beside[k];
            scales[k] = 2 / ((v[0] * v[0]) + rest);
            var w = products.AsSpan(0, v.Length);
            for (var i = 0; i < v.Length; i++)
                w[i] = scales[k] * Dot(matrix.AsSpan(((k + 1 + i) * size) + k + 1, v.Length), v);
            Fp64Cholesky.AddScaled(-scales[k] / 2 * Dot(w, v), v, w);
            for (var i = 0; i < v.Length; i++)
                SubtractTwo(matrix.AsSpan(((k + 1 + i) * size) + k + 1, v.Length), v[i], w, w[i], v);
        }
    }

    /// <summary>Implicit QL steps until an element of the diagonal has nothing beside it.</summary>
    /// <param name="diagonal">The diagonal, which becomes an eigenvalue at the row.</param>
    /// <param name="beside">The elements beside it.</param>
    /// <param name="row">The row, after all rows before it.</param>
    /// <param name="rotations">Receives what was done.</param>
    /// <returns>Whether it came to an end.</returns>
    private static bool Isolate(double[] diagonal, double[] beside, int row, List<Rotation> rotations)
    {
        for (var step = 0; step < MaximumSteps; step++)
        {
            var end = row;
            while (end < diagonal.Length - 1
                && Math.Abs(beside[end]) > Rounding * (Math.Abs(diagonal[end]) + Math.Abs(diagonal[end + 1]))) end++;
            if (end == row) return true;
            Chase(diagonal, beside, row, end, rotations);
        }

        return false;
    }

    /// <summary>One QL step, with the shift of Wilkinson, on the rows from one to another.</summary>
    private static void Chase(double[] diagonal, double[] beside, int row, int end, List<Rotation> rotations)
    {
        var half = (diagonal[row + 1] - diagonal[row]) / (2 * beside[row]);
        var shift = diagonal[row] - (beside[row] / (half + Math.CopySign(Math.Sqrt(1 + (half * half)), half)));
        var (cosine, sine, taken) = (1.0, 1.0, 0.0);
        var bulge = diagonal[end] - shift;
        for (var i = end - 1; i >= row; i--)
        {
            var (across, along) = (sine * beside[i], cosine * beside[i]);
            var length = Math.Sqrt((across * across) + (bulge * bulge));
            beside[i + 1] = length;
            if (length == 0)
            {
                diagonal[i + 1] -= taken;
                beside[end] = 0;
                return;
            }

            (sine, cosine) = (across / length, bulge / length);
            var below = diagonal[i + 1] - taken;
            var turned = ((diagonal[i] - below) * sine) + (2 * cosine * along);
            taken = sine * turned;
            diagonal[i + 1] = below + taken;
            bulge = (cosine * turned) - along;
            rotations.Add(new Rotation(i, cosine, sine));
        }

        diagonal[row] -= taken;
        beside[row] = bulge;
        beside[end] = 0;
    }

    /// <summary>Applies all rotations to some elements of the vectors.</summary>
    private static void Rotate(double[] vectors, int size, List<Rotation> rotations, int first)
    {
        var count = Math.Min(SlabColumns, size - first);
        foreach (ref readonly var rotation in CollectionsMarshal.AsSpan(rotations))
        {
            var start = (rotation.Row * size) + first;
            Rotate(
                vectors.AsSpan(start, count), vectors.AsSpan(start + size, count), rotation.Cosine, rotation.Sine);
        }
    }

    /// <summary>Applies all reflections to some vectors, the last one first.</summary>
    private static void Reflect(double[] vectors, int size, double[] reflected, double[] scales, int first)
    {
        for (var k = size - 3; k >= 0; k--)
        {
            if (scales[k] == 0) continue;
            var v = reflected.AsSpan((k * size) + k + 1, size - k - 1);
            for (var row = first; row < Math.Min(first + ReflectedRows, size); row++)
            {
                var part = vectors.AsSpan((row * size) + k + 1, v.Length);
                Fp64Cholesky.AddScaled(-scales[k] * Dot(v, part), v, part);
            }
        }
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

    /// <summary>target -= a·x + b·y.</summary>
    private static void SubtractTwo(Span<double> target, double a, Span<double> x, double b, Span<double> y)
    {
        var to = MemoryMarshal.Cast<double, Vector<double>>(target);
        var first = MemoryMarshal.Cast<double, Vector<double>>(x);
        var second = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (var i = 0; i < to.Length; i++) to[i] -= (first[i] * a) + (second[i] * b);
        for (var i = to.Length * Vector<double>.Count; i < target.Length; i++) target[i] -= (x[i] * a) + (y[i] * b);
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

    /// <summary>A rotation of two vectors, one after the other.</summary>
    /// <param name="Row">The first.</param>
    /// <param name="Cosine">Cosine of the angle.</param>
    /// <param name="Sine">Sine of the angle.</param>
    private readonly record struct Rotation(int Row, double Cosine, double Sine);
}
