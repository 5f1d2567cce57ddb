//! Drawing components in tests, and touching them: the tree that a person would meet, with roles and names.

use super::announce::Announcer;
use super::language::Language;
use dioxus::core::{
    Attribute, AttributeValue, DynamicNode, ElementId, Mutations, TemplateAttribute, TemplateNode, VNode,
};
use dioxus::html::{
    PlatformEventData, SerializedFormData, SerializedHtmlEventConverter, SerializedKeyboardData, SerializedMouseData,
    SerializedPointerData, set_event_converter,
};
use dioxus::prelude::*;
use std::any::Any;
use std::rc::Rc;
use std::time::Duration;

/// An element on the page.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub tag: String,
    pub attributes: Vec<(String, String)>,
    listeners: Vec<(String, ElementId)>,
    pub children: Vec<Child>,
}

#[derive(Debug, Clone)]
pub enum Child {
    Node(Node),
    Text(String),
}

impl Node {
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether it can be met at all.
    fn is_shown(&self) -> bool {
        !matches!(self.attribute("hidden"), Some("true" | "")) && self.attribute("aria-hidden") != Some("true")
    }

    /// All that a person can read in it, one space between pieces.
    pub fn text(&self) -> String {
        let parts = self.children.iter().map(|child| match child {
            Child::Text(text) => text.clone(),
            Child::Node(node) if node.is_shown() => node.text(),
            Child::Node(_) => String::new(),
        });
        let joined = parts.collect::<Vec<_>>().join(" ");
        joined.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    /// What a screen reader calls it.
    pub fn name(&self) -> String {
        self.attribute("aria-label").map_or_else(|| self.text(), str::to_string)
    }

    /// It and all shown elements in it, from the top.
    pub fn all(&self) -> Vec<&Node> {
        let mut found = vec![self];
        for child in &self.children {
            if let Child::Node(node) = child
                && node.is_shown()
            {
                found.extend(node.all());
            }
        }
        found
    }

    /// The shown elements with this tag.
    pub fn tags(&self, tag: &str) -> Vec<&Node> {
        self.all().into_iter().filter(|n| n.tag == tag).collect()
    }

    /// The names of all shown buttons.
    pub fn buttons(&self) -> Vec<String> {
        self.tags("button").iter().map(|b| b.name()).collect()
    }

    /// The elements with this role attribute.
    pub fn roles(&self, role: &str) -> Vec<&Node> {
        self.all().into_iter().filter(|n| n.attribute("role") == Some(role)).collect()
    }

    /// The one button whose name contains `name`.
    pub fn button(&self, name: &str) -> &Node {
        let found: Vec<_> = self.tags("button").into_iter().filter(|b| b.name().contains(name)).collect();
        assert_eq!(found.len(), 1, "buttons with {name:?} among {:?}", self.buttons());
        found[0]
    }
}

/// A page with components on it.
pub struct Page {
    dom: VirtualDom,
    /// What timers of the components run on, as the window's own event loop has one.
    runtime: tokio::runtime::Runtime,
}

/// What the root component draws.
type View = Rc<dyn Fn() -> Element>;

impl Page {
    /// A page in `language` that draws `view`, with nothing but language and announcements to ask for.
    pub fn of(language: &'static str, view: impl Fn() -> Element + 'static) -> Self {
        let draw: View = Rc::new(view);
        Self::with_root(move || {
            let said = use_signal(String::new);
            use_context_provider(|| Announcer(said));
            let language = use_memo(move || Language::of_tag(language));
            use_context_provider(|| language);
            draw()
        })
    }

    /// A page whose root provides its own contexts.
    pub fn with_root(root: impl Fn() -> Element + 'static) -> Self {
        set_event_converter(Box::new(SerializedHtmlEventConverter));
        let root: View = Rc::new(root);
        let mut dom = VirtualDom::new_with_props(|root: View| root(), root);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let guard = runtime.enter();
        dom.rebuild(&mut Mutations::default());
        drop(guard);
        Self { dom, runtime }
    }

    /// What is on it now.
    pub fn look(&self) -> Node {
        let mut root = Node::default();
        vnode(&self.dom, self.dom.base_scope().root_node(), &mut root.children);
        root
    }

    /// Fires the click of an element found by [`Page::look`].
    pub fn click(&mut self, node: &Node) {
        self.fire(node, "click", Rc::new(PlatformEventData::new(Box::<SerializedMouseData>::default())));
    }

    /// Fires another event of the mouse, such as `contextmenu`.
    pub fn mouse(&mut self, node: &Node, event: &str) {
        self.fire(node, event, Rc::new(PlatformEventData::new(Box::<SerializedMouseData>::default())));
    }

    /// Fires an event of a finger at this place, such as `pointerdown`.
    pub fn point(&mut self, node: &Node, event: &str, (x, y): (f64, f64)) {
        let data = serde_json::json!({
            "alt_key": false, "ctrl_key": false, "meta_key": false, "shift_key": false, "button": 0, "buttons": 1,
            "client_x": x, "client_y": y, "offset_x": x, "offset_y": y, "page_x": x, "page_y": y,
            "screen_x": x, "screen_y": y, "pointer_id": 1, "width": 1.0, "height": 1.0, "pressure": 0.5,
            "tangential_pressure": 0.0, "tilt_x": 0, "tilt_y": 0, "twist": 0, "pointer_type": "touch", "is_primary": true
        });
        let data: SerializedPointerData = serde_json::from_value(data).expect("as the page sends it");
        self.fire(node, event, Rc::new(PlatformEventData::new(Box::new(data))));
    }

    /// Clicks the one button whose name contains `name`.
    pub fn press(&mut self, name: &str) {
        let page = self.look();
        self.click(page.button(name));
    }

    /// Escape is pressed in an element found by [`Page::look`].
    pub fn escape(&mut self, node: &Node) {
        let none = Modifiers::empty();
        let data = SerializedKeyboardData::new(Key::Escape, Code::Escape, Location::Standard, false, none, false);
        self.fire(node, "keydown", Rc::new(PlatformEventData::new(Box::new(data))));
    }

    /// An input or a choice changes to `value`.
    pub fn enter(&mut self, node: &Node, event: &str, value: &str) {
        let data = SerializedFormData::new(value.into(), Vec::new());
        self.fire(node, event, Rc::new(PlatformEventData::new(Box::new(data))));
    }

    fn fire(&mut self, node: &Node, event: &str, data: Rc<dyn Any>) {
        let listener = node.listeners.iter().find(|(name, _)| name == event);
        let (_, id) = listener.unwrap_or_else(|| panic!("{} {:?} hears no {event}", node.tag, node.name()));
        let event_data = Event::new(data, true);
        self.dom.runtime().handle_event(event, event_data, *id);
        self.settle();
    }

    /// Draws what has changed.
    pub fn settle(&mut self) {
        let _guard = self.runtime.enter();
        self.dom.process_events();
        self.dom.render_immediate(&mut Mutations::default());
    }

    /// Lets threads and timers work until `until` holds; fails after ten seconds.
    pub fn wait(&mut self, what: &str, until: impl Fn(&Node) -> bool) -> Node {
        let began = std::time::Instant::now();
        loop {
            let now = self.look();
            if until(&now) {
                return now;
            }
            assert!(began.elapsed() < Duration::from_secs(10), "{what}: {}", now.text());
            let (dom, runtime) = (&mut self.dom, &self.runtime);
            runtime.block_on(async {
                let _ = tokio::time::timeout(Duration::from_millis(20), dom.wait_for_work()).await;
            });
            self.settle();
        }
    }
}

fn vnode(dom: &VirtualDom, node: &VNode, out: &mut Vec<Child>) {
    for root in node.template.roots {
        template(dom, node, root, out);
    }
}

fn template(dom: &VirtualDom, node: &VNode, template_node: &TemplateNode, out: &mut Vec<Child>) {
    match template_node {
        TemplateNode::Text { text } => out.push(Child::Text((*text).into())),
        TemplateNode::Dynamic { id } => dynamic(dom, node, *id, out),
        TemplateNode::Element { tag, attrs, children, .. } => {
            let mut element = Node { tag: (*tag).into(), ..Node::default() };
            for attribute in attrs.iter() {
                match attribute {
                    TemplateAttribute::Static { name, value, .. } => {
                        element.attributes.push(((*name).into(), (*value).into()));
                    }
                    TemplateAttribute::Dynamic { id } => {
                        for attribute in node.dynamic_attrs[*id].iter() {
                            take_attribute(&mut element, attribute, node.mounted_dynamic_attribute(*id, dom));
                        }
                    }
                }
            }
            for child in children.iter() {
                template(dom, node, child, &mut element.children);
            }
            out.push(Child::Node(element));
        }
    }
}

fn dynamic(dom: &VirtualDom, node: &VNode, id: usize, out: &mut Vec<Child>) {
    match &node.dynamic_nodes[id] {
        DynamicNode::Text(text) => out.push(Child::Text(text.value.clone())),
        DynamicNode::Fragment(nodes) => nodes.iter().for_each(|n| vnode(dom, n, out)),
        DynamicNode::Component(component) => {
            if let Some(scope) = component.mounted_scope(id, node, dom) {
                vnode(dom, scope.root_node(), out);
            }
        }
        DynamicNode::Placeholder(_) => {}
    }
}

fn take_attribute(element: &mut Node, attribute: &Attribute, id: Option<ElementId>) {
    let value = match &attribute.value {
        AttributeValue::Text(text) => text.clone(),
        AttributeValue::Float(n) => n.to_string(),
        AttributeValue::Int(n) => n.to_string(),
        AttributeValue::Bool(true) => "true".into(),
        AttributeValue::Listener(_) => {
            let name = attribute.name.trim_start_matches("on").to_string();
            return element.listeners.extend(id.map(|id| (name, id)));
        }
        _ => return,
    };
    // What an uncontrolled input begins with is what it shows.
    let name = if attribute.name == "initial_value" { "value" } else { attribute.name };
    element.attributes.push((name.into(), value));
}
