using System.Globalization;

namespace GpuAls;

/// <summary>How often a checkpoint is written: after a number of iterations, or after a time.</summary>
/// <param name="Iterations">Iterations between two; null where it is a time.</param>
/// <param name="Time">Time between two; null where it is a number of iterations.</param>
internal sealed record CheckpointInterval(int? Iterations, TimeSpan? Time)
{
    private static readonly (string Unit, double Seconds)[] Units = [("min", 60), ("s", 1), ("h", 3600)];

    /// <summary>Often enough that a kill loses little, and seldom enough to cost nothing.</summary>
    public static CheckpointInterval Default { get; } = new(null, TimeSpan.FromMinutes(10));

    /// <summary>Whether one is due.</summary>
    /// <param name="iterations">Iterations since the last one.</param>
    /// <param name="time">Time since the last one.</param>
    public bool IsDue(int iterations, TimeSpan time) => iterations >= (Iterations ?? 1) && time >= (Time ?? time);

    /// <summary>Reads a number of iterations, or a number with a unit of time.</summary>
    /// <exception cref="GpuAlsException">Kind Usage: it is neither.</exception>
    public static CheckpointInterval Parse(string text, string option)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations) && iterations > 0)
            return new CheckpointInterval(iterations, null);
        foreach (var (unit, seconds) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            const NumberStyles Style = NumberStyles.AllowDecimalPoint;
            if (double.TryParse(text[..^unit.Length], Style, CultureInfo.InvariantCulture, out var number)
                && number * seconds is > 0 and < int.MaxValue)
                return new CheckpointInterval(null, TimeSpan.FromSeconds(number * seconds));
        }

        throw new GpuAlsException(
            FailureKind.Usage,
            $"{option} is '{text}'; expected a number of iterations such as 5, or a time such as 30s, 10min or 2h.");
    }

    /// <summary>As <see cref="Parse"/> takes it.</summary>
    public override string ToString()
    {
        if (Iterations is { } iterations) return iterations.ToString(CultureInfo.InvariantCulture);
        var seconds = Time!.Value.TotalSeconds;
        return seconds % 60 == 0
            ? string.Create(CultureInfo.InvariantCulture, $"{seconds / 60}min")
            : string.Create(CultureInfo.InvariantCulture, $"{seconds}s");
    }
}
