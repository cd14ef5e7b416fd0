using Xunit.Abstractions;
using Xunit.Sdk;

namespace IceSharp.Interop.Tests.Peers;

/// <summary>Turns a theory whose required peer is missing into one test that fails with the reason.</summary>
/// <remarks>The runner makes it by name.</remarks>
public sealed class PeerTheoryDiscoverer(IMessageSink diagnosticMessageSink) : TheoryDiscoverer(diagnosticMessageSink)
{
    public override IEnumerable<IXunitTestCase> Discover(ITestFrameworkDiscoveryOptions discoveryOptions, ITestMethod testMethod, IAttributeInfo theoryAttribute)
    {
        ArgumentNullException.ThrowIfNull(theoryAttribute);
        string? obstacle = theoryAttribute.GetNamedArgument<string?>(nameof(PeerTheoryAttribute.Obstacle));
        return obstacle is null || !PeerCatalog.PeersAreRequired
            ? base.Discover(discoveryOptions, testMethod, theoryAttribute)
            :
            [
                new ExecutionErrorTestCase(
                    DiagnosticMessageSink, discoveryOptions.MethodDisplayOrDefault(), discoveryOptions.MethodDisplayOptionsOrDefault(), testMethod, obstacle),
            ];
    }
}
