using System.Reflection;

namespace IceSharp.Simulation.Tests.Sweep;

/// <summary>Tells an assembly that does not fit the others from code that misbehaves: the former proves nothing about a defect.</summary>
internal static class SweepLoadFailure
{
    /// <summary>Whether an exception says that code could not be loaded or linked.</summary>
    public static bool Is(Exception? e) => e switch
    {
        TypeLoadException or MissingMemberException or BadImageFormatException or FileLoadException or FileNotFoundException => true,
        TypeInitializationException or TargetInvocationException or AggregateException => Is(e.InnerException),
        _ => false,
    };
}
