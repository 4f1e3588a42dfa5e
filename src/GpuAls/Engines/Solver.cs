using System.Text.Json.Serialization;

namespace GpuAls;

/// <summary>How the normal equation of a row is solved.</summary>
[JsonConverter(typeof(WordConverter<Solver>))]
public enum Solver
{
    /// <summary>Exactly, by Cholesky factorisation.</summary>
    [JsonStringEnumMemberName("cholesky")]
    Cholesky,

    /// <summary>
    /// Approximately, by a few steps of conjugate gradients from the factors of the iteration before (Takács et al.,
    /// 2011).
    /// </summary>
    [JsonStringEnumMemberName("cg")]
    ConjugateGradient,
}
