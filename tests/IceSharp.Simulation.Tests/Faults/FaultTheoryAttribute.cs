namespace IceSharp.Simulation.Tests.Faults;

/// <summary>A theory that compiles the core again and again: it runs with <c>ICESHARP_FAULTS=1</c> alone.</summary>
public sealed class FaultTheoryAttribute : TheoryAttribute
{
    public FaultTheoryAttribute()
    {
        if (Environment.GetEnvironmentVariable("ICESHARP_FAULTS") != "1")
        {
            Skip = "compiles the core once a defect; ICESHARP_FAULTS=1 runs it";
        }
    }
}
