namespace GpuAls;

/// <summary>How the normal equation of a row is solved.</summary>
public enum Solver
{
    /// <summary>Exactly, by Cholesky factorisation.</summary>
    Cholesky,

    /// <summary>Approximately, by a few steps of conjugate gradients from the factors of the iteration before (Takács et al., 2011).</summary>
    ConjugateGradient,
}
