using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls;

/// <summary>A = L Lᵀ in fp64, row by row in the lower triangle: plain code for the rows that need it.</summary>
internal static class Fp64Cholesky
{
    /// <summary>A pivot below this part of its diagonal element is rounding: the matrix is singular.</summary>
    private const double SmallestPivot = 1e-13;

    /// <summary>Replaces A by L.</summary>
    /// <param name="matrix">[size, size].</param>
    /// <param name="size">Unknowns.</param>
    /// <returns>Whether A is positive definite and finite.</returns>
    public static bool Factor(double[] matrix, int size)
    {
        for (var i = 0; i < size; i++)
        {
            var row = matrix.AsSpan(i * size, i + 1);
            for (var j = 0; j < i; j++)
                row[j] = (row[j] - Dot(row[..j], matrix.AsSpan(j * size, j))) / matrix[(j * size) + j];
            var pivot = row[i] - Dot(row[..i], row[..i]);
            if (!double.IsFinite(pivot) || pivot <= SmallestPivot * row[i]) return false;
            row[i] = Math.Sqrt(pivot);
        }

        return true;
    }

    /// <summary>Replaces b by x.</summary>
    /// <param name="factor">L, [size, size].</param>
    /// <param name="right">b, [size].</param>
    public static void Solve(double[] factor, Span<double> right)
    {
        var size = right.Length;
        for (var i = 0; i < size; i++)
            right[i] = (right[i] - Dot(factor.AsSpan(i * size, i), right[..i])) / factor[(i * size) + i];
        for (var i = size - 1; i >= 0; i--)
        {
            right[i] /= factor[(i * size) + i];
            AddScaled(-right[i], factor.AsSpan(i * size, i), right[..i]);
        }
    }

    /// <summary>Adds a small part of the mean of the diagonal to it, for a matrix that cannot be factored.</summary>
    /// <param name="matrix">[size, size].</param>
    /// <param name="size">Unknowns.</param>
    public static void AddJitter(double[] matrix, int size)
    {
        double sum = 0;
        for (var i = 0; i < size; i++) sum += matrix[(i * size) + i];
        var jitter = RowSolveReport.RelativeJitter * (sum / size);
        for (var i = 0; i < size; i++) matrix[(i * size) + i] += jitter;
    }

    /// <summary>target += scale·source.</summary>
    public static void AddScaled(double scale, ReadOnlySpan<double> source, Span<double> target)
    {
        var from = MemoryMarshal.Cast<double, Vector<double>>(source);
        var to = MemoryMarshal.Cast<double, Vector<double>>(target);
        for (var i = 0; i < from.Length; i++) to[i] += from[i] * scale;
        for (var i = from.Length * Vector<double>.Count; i < source.Length; i++) target[i] += source[i] * scale;
    }

    private static double Dot(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var a = MemoryMarshal.Cast<double, Vector<double>>(x);
        var b = MemoryMarshal.Cast<double, Vector<double>>(y);
        var sums = Vector<double>.Zero;
        for (var i = 0; i < a.Length; i++) sums += a[i] * b[i];
        var sum = Vector.Sum(sums);
        for (var i = a.Length * Vector<double>.Count; i < x.Length; i++) sum += x[i] * y[i];
        return sum;
    }
}
