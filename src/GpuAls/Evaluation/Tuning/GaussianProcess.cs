namespace GpuAls;

/// <summary>
/// A Gaussian process over points of a search (Rasmussen and Williams, 2006): what a function with some known values
/// may be elsewhere. Its kernel is Matérn 5/2 with a length for each coordinate; two words are at distance 1. Lengths
/// and noise are the most likely ones given the values and priors; the variance is integrated out.
/// </summary>
/// <remarks>Cost: n² numbers and, for each of about a hundred tries of lengths, n³/6 multiplications.</remarks>
internal sealed class GaussianProcess
{
    /// <summary>Observations' worth of belief that the variance is that of standardized values.</summary>
    private const double VarianceBelief = 4;

    private const double NoiseMean = 0.003;
    private const double NoiseSpread = 1.2;
    private const double LengthSpread = 0.7;
    private const double SmallestStep = 0.1;

    private readonly double[][] _points;
    private readonly bool[] _isNumber;
    private readonly double[] _values;
    private readonly double _mean;
    private readonly double _deviation;
    private readonly double[] _logs;
    private readonly double[] _weights;
    private readonly double[] _factor;
    private readonly double _variance;

    /// <param name="points">[points][coordinates], at least one.</param>
    /// <param name="isNumber">[coordinates], false for words, where it only matters whether they are equal.</param>
    /// <param name="values">[points], their values, finite.</param>
    public GaussianProcess(double[][] points, bool[] isNumber, double[] values)
    {
        (_points, _isNumber) = (points, isNumber);
        _mean = values.Average();
        var variance = values.Average(value => (value - _mean) * (value - _mean));
        _deviation = variance > 0 ? Math.Sqrt(variance) : 1;
        _values = [.. values.Select(value => (value - _mean) / _deviation)];
        (_factor, _weights) = (new double[points.Length * points.Length], new double[points.Length]);
        _logs = [.. Enumerable.Repeat(LengthMean, isNumber.Length), Math.Log(NoiseMean)];
        Maximize();
        Evidence();
        var fit = Dot(_values, _weights);
        _variance = (fit + VarianceBelief) / (points.Length + VarianceBelief);
    }

    private double LengthMean => Math.Log(0.5 * Math.Sqrt(Math.Max(1, _isNumber.Length)));

    private int Count => _points.Length;

    /// <summary>What the value at a point is expected to be, and its standard deviation, without noise.</summary>
    /// <param name="point">[coordinates].</param>
    public (double Mean, double Deviation) Predict(ReadOnlySpan<double> point)
    {
        var row = new double[Count];
        for (var i = 0; i < Count; i++) row[i] = Kernel(point, _points[i]);
        var mean = Dot(row, _weights);
        SolveLower(row);
        var variance = Math.Max(0, 1 - Dot(row, row)) * _variance;
        return (_mean + (_deviation * mean), _deviation * Math.Sqrt(variance));
    }

    /// <summary>Climbs along one coordinate after the other, with ever smaller steps.</summary>
    private void Maximize()
    {
        var best = Evidence();
        for (var step = 0.8; step > SmallestStep; step /= 2)
        {
            for (var i = 0; i < _logs.Length; i++)
            {
                foreach (var move in (double[])[step, -step])
                {
                    _logs[i] += move;
                    var evidence = Evidence();
                    if (evidence > best)
                    {
                        best = evidence;
                        break;
                    }

                    _logs[i] -= move;
                }
            }
        }
    }

    /// <summary>The logarithm of the evidence and priors of lengths and noise; leaves the factor and weights.</summary>
    private double Evidence()
    {
        var noise = Math.Exp(_logs[^1]);
        for (var i = 0; i < Count; i++)
        {
            for (var j = 0; j < i; j++) _factor[(i * Count) + j] = Kernel(_points[i], _points[j]);
            _factor[(i * Count) + i] = 1 + noise + 1e-9;
        }

        var logDeterminant = Factorize();
        _values.CopyTo(_weights, 0);
        SolveLower(_weights);
        var fit = Dot(_weights, _weights);
        SolveUpper(_weights);
        var prior = Square((_logs[^1] - Math.Log(NoiseMean)) / NoiseSpread);
        foreach (var length in _logs.AsSpan()[..^1]) prior += Square((length - LengthMean) / LengthSpread);
        return -(((Count + VarianceBelief) * Math.Log(fit + VarianceBelief)) + logDeterminant + prior) / 2;
    }

    private double Kernel(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        var sum = 0.0;
        for (var i = 0; i < one.Length; i++)
        {
            if (one[i] == other[i]) continue;
            var difference = _isNumber[i] ? one[i] - other[i] : 1;
            sum += Square(difference * Math.Exp(-_logs[i]));
        }

        var distance = Math.Sqrt(5 * sum);
        return (1 + distance + (distance * distance / 3)) * Math.Exp(-distance);
    }

    /// <summary>Cholesky, in place; the logarithm of the determinant.</summary>
    private double Factorize()
    {
        var logDeterminant = 0.0;
        for (var i = 0; i < Count; i++)
        {
            var row = _factor.AsSpan(i * Count, i + 1);
            for (var j = 0; j <= i; j++)
            {
                var sum = row[j] - Dot(row[..j], _factor.AsSpan(j * Count, j));
                row[j] = i == j ? Math.Sqrt(Math.Max(sum, 1e-12)) : sum / _factor[(j * Count) + j];
            }

            logDeterminant += 2 * Math.Log(row[i]);
        }

        return logDeterminant;
    }

    private void SolveLower(Span<double> vector)
    {
        for (var i = 0; i < Count; i++)
            vector[i] = (vector[i] - Dot(vector[..i], _factor.AsSpan(i * Count, i))) / _factor[(i * Count) + i];
    }

    private void SolveUpper(Span<double> vector)
    {
        for (var i = Count - 1; i >= 0; i--)
        {
            vector[i] /= _factor[(i * Count) + i];
            for (var j = 0; j < i; j++) vector[j] -= _factor[(i * Count) + j] * vector[i];
        }
    }

    /// <summary>In the order of the numbers, so that it is the same on every machine.</summary>
    private static double Dot(ReadOnlySpan<double> one, ReadOnlySpan<double> other)
    {
        var sum = 0.0;
        for (var i = 0; i < one.Length; i++) sum += one[i] * other[i];
        return sum;
    }

    private static double Square(double number) => number * number;
}
