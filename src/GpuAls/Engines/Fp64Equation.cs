using System.Numerics;
using System.Runtime.InteropServices;

namespace GpuAls.Engines;

/// <summary>A row of factors in host memory, [rank].</summary>
internal delegate ReadOnlySpan<float> FactorRow(int row);

/// <summary>
/// The normal equation of one row in fp64, (α₀·YᵀY + λI + Σ gram·y yᵀ) x = Σ rhs·y, by Cholesky: plain code for the few rows
/// that fp32 cannot solve. The lower triangle of A is used.
/// </summary>
/// <param name="rank">Number of factors.</param>
/// <param name="gramian">YᵀY, [rank, rank].</param>
/// <param name="weights">How a value becomes its two weights.</param>
internal sealed class Fp64Equation(int rank, double[] gramian, ConfidenceWeights weights)
{
    /// <summary>A pivot below this part of its diagonal element is rounding: the matrix is singular.</summary>
    private const double SmallestPivot = 1e-13;

    private readonly double[] _left = new double[rank * rank];
    private readonly double[] _right = new double[rank];
    private readonly double[] _y = new double[rank];

    /// <summary>Solves one row; x is finite, and zero where the outcome is <see cref="PivotOutcome.Failed"/>.</summary>
    public PivotOutcome Solve(RowEntries entries, float lambda, FactorRow fixedFactors, Span<float> x)
    {
        var outcome = PivotOutcome.Positive;
        Assemble(entries, lambda, fixedFactors);
        if (!Factor())
        {
            Assemble(entries, lambda, fixedFactors);
            AddToDiagonal(RowSolveReport.RelativeJitter * MeanOfDiagonal());
            outcome = Factor() ? PivotOutcome.Jittered : PivotOutcome.Failed;
        }

        if (outcome != PivotOutcome.Failed) Substitute();
        for (var i = 0; i < rank; i++)
        {
            x[i] = (float)_right[i];
            if (!float.IsFinite(x[i])) outcome = PivotOutcome.Failed;
        }

        if (outcome == PivotOutcome.Failed) x.Clear();
        return outcome;
    }

    private void Assemble(RowEntries entries, float lambda, FactorRow fixedFactors)
    {
        for (var i = 0; i < _left.Length; i++) _left[i] = weights.UnobservedWeight * gramian[i];
        AddToDiagonal(lambda);
        Array.Clear(_right);
        for (var k = 0; k < entries.Length; k++)
        {
            var y = fixedFactors(entries.Indices[k]);
            for (var i = 0; i < rank; i++) _y[i] = y[i];
            double gram = weights.Gram(entries.Values[k]);
            AddScaled(weights.Rhs(entries.Values[k]), _y, _right);
            for (var i = 0; i < rank; i++) AddScaled(gram * _y[i], _y.AsSpan(0, i + 1), _left.AsSpan(i * rank, i + 1));
        }
    }

    private void AddToDiagonal(double value)
    {
        for (var i = 0; i < rank; i++) _left[(i * rank) + i] += value;
    }

    private double MeanOfDiagonal()
    {
        double sum = 0;
        for (var i = 0; i < rank; i++) sum += _left[(i * rank) + i];
        return sum / rank;
    }

    /// <summary>A = L Lᵀ in place, row by row.</summary>
    private bool Factor()
    {
        for (var i = 0; i < rank; i++)
        {
            var row = _left.AsSpan(i * rank, i + 1);
            for (var j = 0; j < i; j++)
                row[j] = (row[j] - Dot(row[..j], _left.AsSpan(j * rank, j))) / _left[(j * rank) + j];
            var pivot = row[i] - Dot(row[..i], row[..i]);
            if (!double.IsFinite(pivot) || pivot <= SmallestPivot * row[i]) return false;
            row[i] = Math.Sqrt(pivot);
        }

        return true;
    }

    private void Substitute()
    {
        for (var i = 0; i < rank; i++)
            _right[i] = (_right[i] - Dot(_left.AsSpan(i * rank, i), _right.AsSpan(0, i))) / _left[(i * rank) + i];
        for (var i = rank - 1; i >= 0; i--)
        {
            _right[i] /= _left[(i * rank) + i];
            AddScaled(-_right[i], _left.AsSpan(i * rank, i), _right.AsSpan(0, i));
        }
    }

    private static void AddScaled(double scale, ReadOnlySpan<double> source, Span<double> target)
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
