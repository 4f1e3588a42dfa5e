namespace GpuAls;

/// <summary>Solves rows one by one in the scratch memory of one thread.</summary>
internal unsafe interface IRowEquation : IDisposable
{
    /// <summary>Solves one row.</summary>
    /// <param name="entries">The plays of the row, at least one.</param>
    /// <param name="terms">What all rows share.</param>
    /// <param name="lambda">λ of the row.</param>
    /// <param name="target">x, [stride].</param>
    /// <returns>Whether fp32 has solved it.</returns>
    bool Solve(RowEntries entries, in SharedTerms terms, float lambda, float* target);
}
