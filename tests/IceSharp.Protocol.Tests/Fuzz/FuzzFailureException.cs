namespace IceSharp.Protocol.Tests.Fuzz;

/// <summary>Something that must hold for all bytes does not hold for these.</summary>
internal sealed class FuzzFailureException(string message) : Exception(message)
{
    public static void Unless(bool holds, string what)
    {
        if (!holds)
        {
            throw new FuzzFailureException(what);
        }
    }
}
